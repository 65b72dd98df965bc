/**
 * Clients of HTTP/2 for the bridge's tests: Node's, with WebSockets of our own frames over a stream (RFC 8441).
 */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { frame, parseFrames } from './bridge.js';

/** A connection with prior knowledge, or over TLS if the URL says so; over a `socket` if one is there already. */
export async function openH2(
  port: number,
  scheme = 'http',
  socket?: Socket,
): Promise<ClientHttp2Session> {
  const session = connect(`${scheme}://localhost:${port}`, {
    rejectUnauthorized: false,
    // What it queues itself counts too.
    maxSessionMemory: 1_000,
    ...(socket && { createConnection: () => socket }),
  });
  session.on('error', () => {});
  // Not from within an event of a stream: Node's client does not survive that.
  onTestFinished(() => void setImmediate(() => session.destroy()));
  await once(session, 'remoteSettings');
  return session;
}

/** The headers of an extended CONNECT. One set to `undefined` is left out. */
export function connectHeaders(headers: Readonly<Record<string, string | undefined>> = {}) {
  const all = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':scheme': 'https',
    ':path': '/',
    'sec-websocket-version': '13',
    ...headers,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Opens a stream and resolves with its status and, for a refusal, its text. */
export async function askH2(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string | undefined>>,
): Promise<{
  status: number;
  headers: Record<string, unknown>;
  body: string;
  stream: ClientHttp2Stream;
}> {
  const stream = session.request(headers);
  stream.on('error', () => {});
  if (headers[':method'] !== 'CONNECT') stream.end();
  const [answer] = (await Promise.race([
    new Promise((resolve) => stream.once('response', (fields) => resolve([fields]))),
    new Promise((resolve) => stream.once('close', () => resolve([{ ':status': 0 }]))),
  ])) as [Record<string, unknown>];
  const status = Number(answer[':status']);
  let body = '';
  const isWebSocket = status === 200 && headers[':method'] === 'CONNECT';
  // Without a status it was reset.
  if (status !== 0 && !isWebSocket) {
    stream.setEncoding('latin1');
    for await (const chunk of stream) body += String(chunk);
  }
  return { status, headers: answer, body, stream };
}

/** A WebSocket over a stream. */
export interface H2WebSocket {
  readonly stream: ClientHttp2Stream;
  readonly protocol: string;
  send(first: number, payload?: Uint8Array | string): void;
  /** Resolves with the frames so far, once `enough` says so. */
  frames(
    enough: (frames: ReturnType<typeof parseFrames>) => boolean,
  ): Promise<ReturnType<typeof parseFrames>>;
  /** Resolves with the close code of the close frame. */
  closeCode(): Promise<number>;
}

/** Opens a WebSocket that does nothing by itself. */
export async function openH2WebSocket(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<H2WebSocket> {
  const { stream, status, headers: answer } = await askH2(session, connectHeaders(headers));
  if (status !== 200) throw new Error(`refused with ${status}, reset ${stream.rstCode}`);
  // As `parseFrames` wants it, behind an answer of HTTP/1.
  let received = Buffer.from('\r\n\r\n');
  let onData = () => {};
  stream.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    onData();
  });
  const frames: H2WebSocket['frames'] = (enough) =>
    new Promise((resolve) => {
      onData = () => {
        const all = parseFrames(received);
        if (enough(all)) resolve(all);
      };
      onData();
    });
  const isClose = ({ first }: { first: number }) => first === 0x88;
  return {
    stream,
    protocol: String(answer['sec-websocket-protocol'] ?? ''),
    send: (first, payload) => void stream.write(frame(first, payload)),
    frames,
    closeCode: async () =>
      (await frames((all) => all.some(isClose))).find(isClose)?.payload.readUInt16BE() ?? 1005,
  };
}

/** Resolves with the code of the reset or the end of a stream. */
export async function endOf(stream: ClientHttp2Stream): Promise<number> {
  // Not `once`, which an error would reject.
  if (!stream.destroyed) await new Promise((resolve) => stream.once('close', resolve));
  return stream.rstCode ?? constants.NGHTTP2_NO_ERROR;
}

/** A frame of HTTP/2, as it is on the line. */
export function h2Frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}
