/**
 * Reads the head of an HTTP/1 request.
 */
import type { IncomingMessage } from 'node:http';
import type { Peer } from '../base/peer.js';
import { HeaderFields, RequestHead } from '../base/request.js';
import { hostName } from './judge.js';

/**
 * Reads a request's head. The host of an absolute URL takes the place of `Host` (RFC 9112 section 3.2.2), but for a
 * `Host` that is missing, repeated or malformed.
 */
export function readHead({ method = '', url = '', rawHeaders }: IncomingMessage, peer: Peer) {
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
  return new RequestHead(method, path, new HeaderFields(fields), peer);
}
