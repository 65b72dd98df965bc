/**
 * Reads the head of an HTTP/1 request.
 */
import type { IncomingMessage } from 'node:http';
import type { Peer } from '../base/peer.js';
import { HeaderFields, RequestHead } from '../base/request.js';
import type { TrustedProxies } from '../base/trusted-proxies.js';
import { findClient } from './forwarded.js';
import { hostName } from './judge.js';

/**
 * Reads a request's head. The host of an absolute URL takes the place of `Host` (RFC 9112 section 3.2.2), but for a
 * `Host` that is missing, repeated or malformed.
 */
export function readHead(
  { method = '', url = '', rawHeaders }: IncomingMessage,
  peer: Peer,
  trusted: TrustedProxies,
): RequestHead {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  const fields: [name: string, value: string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    fields.push([rawHeaders[i]?.toLowerCase() ?? '', rawHeaders[i + 1] ?? '']);
  }
  if (authority !== undefined) {
    for (const field of fields) {
      if (field[0] === 'host' && hostName(field[1]) !== undefined) field[1] = authority;
    }
  }
  const path = authority === undefined ? url : rest.replace(/^(?!\/)/, '/');
  return makeHead(method, path, new HeaderFields(fields), peer, trusted);
}

/** A request's head, once its client is found: behind a trusted proxy that is not the `peer` of the connection. */
export function makeHead(
  method: string,
  path: string,
  fields: HeaderFields,
  peer: Peer,
  trusted: TrustedProxies,
): RequestHead {
  const client = findClient(fields, peer, trusted);
  if ('status' in client) return new RequestHead(method, path, fields, peer, client);
  return new RequestHead(method, path, fields, client);
}
