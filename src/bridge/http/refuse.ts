/**
 * Answers a request with a complete HTTP error response, and says nothing about the request itself.
 */
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Refusal } from '../base/refusal.js';

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

/** Ends a connection behind what was written to it, so that the client gets all of it. */
export function hangUp(client: Socket): void {
  client.end();
  // Closing a socket with unread bytes resets it, and the client may lose the answer: read them away.
  client.resume();
  const timer = setTimeout(() => client.destroy(), FAREWELL);
  client.once('close', () => clearTimeout(timer));
}

/** Refuses a plain request. */
export function refuseRequest(response: ServerResponse, refusal: Refusal): void {
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
