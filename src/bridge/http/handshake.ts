/**
 * The opening handshake (RFC 6455 section 4.2), checked before the target is dialled and answered after it.
 */
import { createHash } from 'node:crypto';
import { FLOW_PROTOCOL, RESUME_PROTOCOL } from '../../flow/message.js';
import type { Refusal } from '../base/refusal.js';
import { RELAY_PROTOCOL, relayCall } from '../base/relay-v4.js';
import type { HeaderFields, RequestHead } from '../base/request.js';

const PLAIN = ['binary', 'base64'] as const;
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What is served besides plain sessions. */
export interface Services {
  /** Whether sessions of the flow protocol are served. */
  readonly hasFlow: boolean;
  /** Whether sessions of corp-relay-v4 are served. */
  readonly hasRelay: boolean;
}

/** Whether a request asks for a WebSocket, perhaps among other protocols. */
export function asksForWebSocket(fields: HeaderFields): boolean {
  return fields.list('upgrade').some((protocol) => protocol.toLowerCase() === 'websocket');
}

/**
 * Refuses an HTTP/1 request that is not a WebSocket handshake of version 13, or that offers only unknown subprotocols.
 */
export function judgeUpgrade(
  head: RequestHead,
  httpVersion: string,
  services: Services,
): Refusal | undefined {
  const { method, fields } = head;
  if (httpVersion !== '1.1') {
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
  return judgeConnect(head, services);
}

/** Refuses a handshake for reasons common to all versions of HTTP; over HTTP/2 (RFC 8441) there are no others. */
export function judgeConnect(
  head: Pick<RequestHead, 'path' | 'fields'>,
  services: Services,
): Refusal | undefined {
  if (head.fields.only('sec-websocket-version') !== '13') {
    const message = 'Expected WebSocket version 13.';
    return { status: 426, message, headers: { 'Sec-WebSocket-Version': '13' } };
  }
  return judgeProtocols(head, services);
}

/** A subprotocol that the bridge speaks; '' is none. */
export type Subprotocol =
  typeof FLOW_PROTOCOL | typeof RESUME_PROTOCOL | typeof RELAY_PROTOCOL | 'binary' | 'base64' | '';

/**
 * Chooses the subprotocol, '' when the client offers none that the bridge speaks. With `hasFlow`, a resumable session is
 * preferred, and an offer to resume one counts only if it is the sole offer. With `hasRelay`, the relay's paths have a
 * subprotocol of their own.
 */
export function chooseProtocol(
  { path, fields }: Pick<RequestHead, 'path' | 'fields'>,
  { hasFlow, hasRelay }: Services,
): Subprotocol {
  const offered = fields.list('sec-websocket-protocol');
  if (hasRelay && relayCall(path)) return offered.includes(RELAY_PROTOCOL) ? RELAY_PROTOCOL : '';
  if (hasFlow && isResume(offered)) return RESUME_PROTOCOL;
  const ours = hasFlow ? ([FLOW_PROTOCOL, ...PLAIN] as const) : PLAIN;
  return ours.find((name) => offered.includes(name)) ?? '';
}

/** Whether a client wants to return to a session. */
export function comesBack(head: Pick<RequestHead, 'path' | 'fields'>, services: Services): boolean {
  const protocol = chooseProtocol(head, services);
  if (protocol === RELAY_PROTOCOL) return relayCall(head.path) === 'reconnect';
  return protocol === RESUME_PROTOCOL;
}

function isResume(offered: readonly string[]): boolean {
  return offered.length === 1 && offered[0] === RESUME_PROTOCOL;
}

/** Whether a subprotocol has a window of its own (credit), so that its clients leave nothing unread on the connection. */
export function hasCredit(subprotocol: Subprotocol): boolean {
  return subprotocol === FLOW_PROTOCOL || subprotocol === RESUME_PROTOCOL;
}

/** The 101 response that opens the WebSocket. */
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

function judgeProtocols(
  head: Pick<RequestHead, 'path' | 'fields'>,
  services: Services,
): Refusal | undefined {
  const names = head.fields.list('sec-websocket-protocol');
  const wellFormed = names.every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
  if (!wellFormed || new Set(names).size < names.length) {
    return { status: 400, message: 'Expected a list of distinct names in Sec-WebSocket-Protocol.' };
  }
  const isNone = chooseProtocol(head, services) === '';
  if (isNone && services.hasRelay && relayCall(head.path)) {
    return { status: 400, message: 'Expected the subprotocol ssh.' };
  }
  if (names.length > 0 && isNone) {
    return { status: 400, message: 'Expected the subprotocol binary or base64, or none.' };
  }
  return undefined;
}

function keyOf(fields: HeaderFields): string {
  return fields.only('sec-websocket-key') ?? '';
}
