/**
 * A host as HTTP sees it, and the check that a request is for a host served here.
 */
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { Vhosts } from '../base/vhosts.js';
import { judgeHost } from './judge.js';
import type { FileServer } from './static.js';

/** A host, as requests see it. */
export interface WebHost {
  /** Its names, in lower case and without port; `*` for any first label. */
  readonly names: ReadonlySet<string>;
  /** The other origins whose pages may connect. */
  readonly origins: ReadonlySet<string>;
  readonly files: FileServer | undefined;
}

const MISDIRECTED: Refusal = {
  status: 421,
  message: 'The TLS connection is for another host.',
};

/**
 * Judges the host that a request names. On a TLS connection that was opened for another host, the answer is 421: the client
 * then opens a new connection (RFC 9110 section 15.5.20).
 */
export function judgeAuthority(head: RequestHead, hosts: Vhosts<WebHost>): Refusal | undefined {
  const { fields, peer } = head;
  const host = hosts.find(fields.hostName);
  const refusal = judgeHost(fields, host.names);
  if (refusal || peer.serverName === undefined) return refusal;
  return hosts.find(peer.serverName) === host ? undefined : MISDIRECTED;
}
