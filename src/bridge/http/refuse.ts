/**
 * Answers a request with a complete HTTP error response, which repeats nothing of the request.
 */
import { STATUS_CODES } from 'node:http';
import { constants, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import type { Refusal } from '../base/refusal.js';
import { headersOverH2, respond } from './h2-response.js';

/** The answer to a plain request, over any version of HTTP. */
export interface PlainResponse extends Writable {
  readonly statusCode: number;
  writeHead(status: number, headers: Readonly<Record<string, string>>): this;
}

/** How long a refused client may take to read the answer and hang up, in ms. */
const FAREWELL = 2_000;

/** Refuses a client on its bare socket, and hangs up. */
export function refuseSocket(client: Socket, refusal: Refusal): void {
  if (client.destroyed) return;
  const headers = Object.entries(headersOf(refusal)).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const status = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n`;
  client.write(`${status}${headers.join('')}\r\n${bodyOf(refusal)}`);
  hangUp(client);
}

/** Ends a connection after what was written to it, so that the client gets all of it. */
export function hangUp(client: Socket): void {
  client.end();
  // Closing a socket with unread bytes resets it, and the client may lose the answer: discard what it still sends.
  client.resume();
  const timer = setTimeout(() => client.destroy(), FAREWELL);
  client.once('close', () => clearTimeout(timer));
}

/** Refuses a client on its HTTP/2 stream, and closes the stream. */
export function refuseStream(stream: ServerHttp2Stream, refusal: Refusal): void {
  if (stream.destroyed || stream.closed) return;
  respond(stream, headersOverH2(refusal.status, headersOf(refusal)));
  stream.end(bodyOf(refusal));
  // Discard what it still sends, until it has had time to read the answer.
  stream.resume();
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_NO_ERROR), FAREWELL);
  stream.once('close', () => clearTimeout(timer));
}

/** Refuses a plain request. */
export function refuseRequest(response: PlainResponse, refusal: Refusal): void {
  response.writeHead(refusal.status, headersOf(refusal)).end(bodyOf(refusal));
}

function headersOf(refusal: Refusal): Record<string, string> {
  return {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(bodyOf(refusal))),
    Connection: 'close',
    ...refusal.headers,
  };
}

function bodyOf({ message }: Refusal): string {
  return `${message}\n`;
}
