/**
 * Reads the head of a request.
 */
import type { IncomingMessage } from 'node:http';
import type { Peer } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import { hostName } from '../base/origin.js';
import { HeaderFields, RequestHead } from '../base/request.js';
import type { TrustedProxies } from '../base/trusted-proxies.js';
import { findClient } from './forwarded.js';
import { comesBack } from './handshake.js';

const TWO_HOSTS: Refusal = {
  status: 400,
  message: 'Expected the same host in :authority and Host.',
};

/**
 * Reads the head of an HTTP/1 request. The host of an absolute URL replaces `Host` (RFC 9112 section 3.2.2), but it does not
 * repair a `Host` that is missing, repeated or malformed.
 */
export function readHead(
  { method = '', url = '', rawHeaders }: IncomingMessage,
  peer: Peer,
  trusted: TrustedProxies,
): RequestHead {
  const [, authority, rest = ''] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  const fields = pairsOf(rawHeaders);
  if (authority !== undefined) {
    for (const field of fields) {
      if (field[0] === 'host' && hostName(field[1]) !== undefined) field[1] = authority;
    }
  }
  const path = authority === undefined ? url : rest.replace(/^(?!\/)/, '/');
  return makeHead(method, path, new HeaderFields(fields), peer, trusted);
}

/** Node's raw headers as pairs, with the names in lower case. */
export function pairsOf(rawHeaders: readonly string[]): [name: string, value: string][] {
  const pairs: [name: string, value: string][] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    pairs.push([rawHeaders[i]?.toLowerCase() ?? '', rawHeaders[i + 1] ?? '']);
  }
  return pairs;
}

/** Finds the client, which is not the connection's `peer` if that is a trusted proxy, and makes the request's head. */
function makeHead(
  method: string,
  path: string,
  fields: HeaderFields,
  peer: Peer,
  trusted: TrustedProxies,
): RequestHead {
  const client = findClient(fields, peer, trusted);
  if ('status' in client) return new RequestHead(method, path, fields, peer, client);
  // Judged later: whether the bridge serves such a return, and whether there is room for anything else.
  const isBack = comesBack({ path, fields }, { hasFlow: true, hasRelay: true });
  return new RequestHead(method, path, fields, client, isBack ? undefined : peer.excess);
}

/**
 * Reads the head of an HTTP/2 request from alternating names and values. `:authority` takes the place of `Host`; a request
 * in which the two differ is malformed (RFC 9113 section 8.3.1).
 */
export function readStreamHead(
  raw: readonly string[],
  peer: Peer,
  trusted: TrustedProxies,
): RequestHead | Refusal {
  const pseudo = new Map<string, string>();
  const fields: [name: string, value: string][] = [];
  for (const [name, value] of pairsOf(raw)) {
    if (name.startsWith(':')) pseudo.set(name, value);
    else fields.push([name, value]);
  }
  const authority = pseudo.get(':authority');
  const hosts = fields.filter(([name]) => name === 'host');
  if (authority !== undefined && hosts.some(([, value]) => value !== authority)) return TWO_HOSTS;
  if (authority !== undefined && hosts.length === 0) fields.unshift(['host', authority]);
  const [method = '', path = ''] = [pseudo.get(':method'), pseudo.get(':path')];
  return makeHead(method, path, new HeaderFields(fields), peer, trusted);
}
