/**
 * HTTP/2 clients for the bridge's tests: Node's client, with WebSockets over its streams (RFC 8441) whose frames we make.
 */
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { frame, parseFrames } from './bridge.js';

/** Opens a connection with prior knowledge, or over TLS if `scheme` is https; over `socket`, if given. */
export async function openH2(
  port: number,
  scheme = 'http',
  socket?: Socket,
): Promise<ClientHttp2Session> {
  const session = connect(`${scheme}://localhost:${port}`, {
    rejectUnauthorized: false,
    // What the client itself queues counts too.
    maxSessionMemory: 1_000,
    ...(socket && { createConnection: () => socket }),
  });
  session.on('error', () => {});
  // Not from within an event of a stream, which Node's client does not survive.
  onTestFinished(() => void setImmediate(() => session.destroy()));
  await once(session, 'remoteSettings');
  return session;
}

/** The headers of an extended CONNECT. A header set to `undefined` is left out. */
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

/** Opens a stream and resolves with the response: its status (0 after a reset) and, unless it opens a WebSocket, its body. */
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
  // A status of 0 means that the stream was reset.
  if (status !== 0 && !isWebSocket) {
    stream.setEncoding('latin1');
    for await (const chunk of stream) body += String(chunk);
  }
  return { status, headers: answer, body, stream };
}

/** A WebSocket over an HTTP/2 stream. */
export interface H2WebSocket {
  readonly stream: ClientHttp2Stream;
  readonly protocol: string;
  send(first: number, payload?: Uint8Array | string): void;
  /** Resolves with the frames received so far, once `enough` returns true for them. */
  frames(
    enough: (frames: ReturnType<typeof parseFrames>) => boolean,
  ): Promise<ReturnType<typeof parseFrames>>;
  /** Resolves with the close code of the close frame. */
  closeCode(): Promise<number>;
}

/** Opens a WebSocket that does nothing by itself: no pong, no answer to a close. */
export async function openH2WebSocket(
  session: ClientHttp2Session,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<H2WebSocket> {
  const { stream, status, headers: answer } = await askH2(session, connectHeaders(headers));
  if (status !== 200) throw new Error(`refused with ${status}, reset ${stream.rstCode}`);
  // `parseFrames` expects the header of an HTTP/1 response first.
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

/** Resolves with the error code with which a stream closes, NO_ERROR after a normal end. */
export async function endOf(stream: ClientHttp2Stream): Promise<number> {
  // Not `once`, which would reject on an error.
  if (!stream.destroyed) await new Promise((resolve) => stream.once('close', resolve));
  return stream.rstCode ?? constants.NGHTTP2_NO_ERROR;
}

/** An HTTP/2 frame, as it is on the wire. */
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
