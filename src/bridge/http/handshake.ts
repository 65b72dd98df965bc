/**
 * The opening handshake (RFC 6455 section 4.2), checked before the target is dialled and answered after it.
 */
import { createHash } from 'node:crypto';
import type { Refusal } from '../base/refusal.js';
import type { HeaderFields, RequestHead } from '../base/request.js';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Whether a request asks for a WebSocket, among other protocols perhaps. */
export function asksForWebSocket(fields: HeaderFields): boolean {
  return fields.list('upgrade').some((protocol) => protocol.toLowerCase() === 'websocket');
}

/** Refuses a request that is no WebSocket handshake of version 13, or that offers only unknown subprotocols. */
export function judgeHandshake(
  { method, fields }: RequestHead,
  httpVersion: string,
): Refusal | undefined {
  if (httpVersion < '1.1') {
    return { status: 505, message: 'A WebSocket handshake requires HTTP/1.1.' };
  }
  if (method !== 'GET') {
    return {
      status: 405,
      message: 'A WebSocket handshake requires GET.',
      headers: { Allow: 'GET' },
    };
  }
  // A body would be taken for frames.
  if (fields.has('transfer-encoding') || Number(fields.all('content-length')[0] ?? 0) !== 0) {
    return { status: 400, message: 'A WebSocket handshake must not have a body.' };
  }
  if (!/^[+/\dA-Za-z]{22}==$/.test(keyOf(fields))) {
    return { status: 400, message: 'Expected a Sec-WebSocket-Key of 16 bytes in base64.' };
  }
  if (fields.only('sec-websocket-version') !== '13') {
    const message = 'Expected WebSocket version 13.';
    return { status: 426, message, headers: { 'Sec-WebSocket-Version': '13' } };
  }
  return judgeProtocols(fields);
}

/** Picks the subprotocol: `binary` when it is offered, else `base64`; '' when none of ours is. */
export function chooseProtocol(offered: readonly string[]): 'binary' | 'base64' | '' {
  return (['binary', 'base64'] as const).find((name) => offered.includes(name)) ?? '';
}

/** The answer that opens the WebSocket. */
export function formatAcceptance(fields: HeaderFields, subprotocol: string): string {
  const accept = createHash('sha1')
    .update(keyOf(fields) + GUID)
    .digest('base64');
  const chosen = subprotocol === '' ? '' : `Sec-WebSocket-Protocol: ${subprotocol}\r\n`;
  return (
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\n${chosen}\r\n`
  );
}

function judgeProtocols(fields: HeaderFields): Refusal | undefined {
  const names = fields.list('sec-websocket-protocol');
  const wellFormed = names.every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
  if (!wellFormed || new Set(names).size < names.length) {
    return { status: 400, message: 'Expected a list of distinct names in Sec-WebSocket-Protocol.' };
  }
  if (names.length > 0 && chooseProtocol(names) === '') {
    return { status: 400, message: 'Expected the subprotocol binary or base64, or none.' };
  }
  return undefined;
}

function keyOf(fields: HeaderFields): string {
  return fields.only('sec-websocket-key') ?? '';
}
