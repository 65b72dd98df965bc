/**
 * Opens the WebSocket, and reports how that went.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import WebSocket from 'ws';
import type { Connect } from './arguments.js';

/** Shows a line to the user. */
export type Tell = (line: string) => void;

/** How long the handshake may take, in ms. */
const TIMEOUT = 30_000;

/** Resolves with an open WebSocket, paused. Rejects with the reason why it did not open. */
export async function dial({ url, protocol }: Connect, tell: Tell): Promise<WebSocket> {
  const ws = new WebSocket(url, protocol === '' ? [] : [protocol], {
    handshakeTimeout: TIMEOUT,
    perMessageDeflate: false,
  });
  ws.once('upgrade', (response) => {
    tell(describeConnection(response));
    describeHandshake(response).forEach(tell);
    // Nothing is read until somebody is there to take it.
    ws.once('open', () => ws.pause());
  });
  ws.once('unexpected-response', async (_request, response) => {
    const why = await readReason(response);
    ws.emit('error', new Error(`the server answered ${why}`));
    ws.on('error', () => {}).terminate();
  });
  await once(ws, 'open');
  return ws;
}

function describeConnection({ socket }: IncomingMessage): string {
  const where = `Connected to ${socket.remoteAddress} port ${socket.remotePort}`;
  if (!(socket instanceof TLSSocket)) return `${where}, without TLS`;
  const { subject } = socket.getPeerCertificate();
  return `${where}, ${socket.getProtocol()}, certificate of ${subject?.CN ?? 'an unnamed subject'}`;
}

function describeHandshake({ statusCode, statusMessage, headers }: IncomingMessage): string[] {
  return [
    `Handshake: ${statusCode} ${statusMessage}`,
    `Subprotocol: ${headers['sec-websocket-protocol'] ?? 'none'}`,
  ];
}

/** Reads the status of a refusal and the first line of its text. */
async function readReason(response: IncomingMessage): Promise<string> {
  const status = `${response.statusCode} ${response.statusMessage}`;
  response.setEncoding('utf8');
  const [text] = (await Promise.race([
    once(response, 'data'),
    once(response, 'end').then(() => ['']),
  ]).catch(() => [''])) as [string];
  const [line = ''] = text.split('\n');
  return line === '' ? status : `${status}: ${line.slice(0, 200)}`;
}
