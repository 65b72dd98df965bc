/**
 * The header that a proxy puts before a connection's bytes to say whose connection it is: the PROXY protocol,
 * version 1 (a line of text) and 2 (binary), as HAProxy's proxy-protocol.txt describes them.
 */
import { PROXY_SIGNATURE } from '../../base/proxy-signature.js';
import type { NoHeader, ProxyHeader } from './contracts.js';
import { readV1 } from './v1.js';
import { readV2 } from './v2.js';

const V1_START = Buffer.from('PROXY ');

/** Reads the header at the start of a connection, given all bytes that have come so far. Throws nothing. */
export function readProxyHeader(bytes: Buffer): ProxyHeader | NoHeader {
  if (beginsAs(bytes, V1_START)) {
    return bytes.length < V1_START.length ? 'incomplete' : readV1(bytes);
  }
  if (beginsAs(bytes, PROXY_SIGNATURE)) {
    return bytes.length < PROXY_SIGNATURE.length ? 'incomplete' : readV2(bytes);
  }
  return 'absent';
}

/** Whether the bytes are the beginning of `start`, or begin with it. */
function beginsAs(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}
