/**
 * The PROXY protocol: the header that a proxy sends ahead of a connection's bytes to say who the client is. Version 1 is
 * a line of text, version 2 binary; HAProxy's proxy-protocol.txt specifies both.
 */
import { PROXY_SIGNATURE } from '../../base/proxy-signature.js';
import type { NoHeader, ProxyHeader } from './contracts.js';
import { readV1 } from './v1.js';
import { readV2 } from './v2.js';

const V1_START = Buffer.from('PROXY ');

/** Reads the header at the start of a connection, given all bytes received so far. Never throws. */
export function readProxyHeader(bytes: Buffer): ProxyHeader | NoHeader {
  if (beginsAs(bytes, V1_START)) {
    return bytes.length < V1_START.length ? 'incomplete' : readV1(bytes);
  }
  if (beginsAs(bytes, PROXY_SIGNATURE)) {
    return bytes.length < PROXY_SIGNATURE.length ? 'incomplete' : readV2(bytes);
  }
  return 'absent';
}

/** Whether the bytes begin with `start`, or are the beginning of it. */
function beginsAs(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}
