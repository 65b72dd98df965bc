/**
 * The opening handshake's own rules (RFC 6455 section 4.2.1). ws checks them too, but only when it answers:
 * here they are checked before the target is dialled.
 */
import type { IncomingMessage } from 'node:http';
import type { HeaderValues } from './guard.js';
import type { Refusal } from '../base/refusal.js';

/** What counts of a request's first line, as `IncomingMessage` has it. */
type Line = Pick<IncomingMessage, 'method' | 'url' | 'httpVersionMajor' | 'httpVersionMinor'>;

/** Refuses a request that is no WebSocket handshake of version 13, or that offers only unknown subprotocols. */
export function judgeHandshake(
  { httpVersionMajor, httpVersionMinor, method, url = '' }: Line,
  headers: HeaderValues,
): Refusal | undefined {
  if (httpVersionMajor === 1 && httpVersionMinor < 1) {
    return { status: 505, message: 'A WebSocket opens with HTTP/1.1.' };
  }
  if (method !== 'GET') {
    return { status: 405, message: 'A WebSocket opens with GET.', headers: { Allow: 'GET' } };
  }
  // An absolute URL names a host of its own, and whether that one or `Host` counts is where servers differ.
  if (!url.startsWith('/')) {
    return { status: 400, message: 'Expected a path in the request line.' };
  }
  // A body would be taken for frames.
  if (headers['transfer-encoding'] || Number(headers['content-length'] ?? 0) !== 0) {
    return { status: 400, message: 'A WebSocket opens without a body.' };
  }
  if (one(headers['upgrade'])?.toLowerCase() !== 'websocket') {
    return { status: 400, message: 'Expected the header Upgrade: websocket.' };
  }
  if (!/^[+/\dA-Za-z]{22}==$/.test(one(headers['sec-websocket-key']) ?? '')) {
    return { status: 400, message: 'Expected a Sec-WebSocket-Key of 16 bytes in base64.' };
  }
  if (one(headers['sec-websocket-version']) !== '13') {
    const message = 'Expected WebSocket version 13.';
    return { status: 426, message, headers: { 'Sec-WebSocket-Version': '13' } };
  }
  return judgeProtocols(headers['sec-websocket-protocol']);
}

/** Picks the subprotocol: `binary` when it is offered, else `base64`; `false` when neither is. */
export function chooseProtocol(offered: ReadonlySet<string>): 'binary' | 'base64' | false {
  if (offered.has('binary')) return 'binary';
  return offered.has('base64') && 'base64';
}

function judgeProtocols(lines: readonly string[] | undefined): Refusal | undefined {
  if (!lines) return undefined;
  const names = lines
    .join(',')
    .split(',')
    .map((name) => name.trim());
  const offered = new Set(names);
  const wellFormed = names.every((name) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
  if (!wellFormed || offered.size < names.length) {
    return { status: 400, message: 'Expected a Sec-WebSocket-Protocol list of different names.' };
  }
  if (!chooseProtocol(offered)) {
    return { status: 400, message: 'Expected the subprotocol binary or base64, or none.' };
  }
  return undefined;
}

function one(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined;
}
