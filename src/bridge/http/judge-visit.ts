/**
 * Everything that can be said against a request for a WebSocket without asking anybody, whatever version of HTTP it
 * came by.
 */
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { TrustedProxies } from '../base/trusted-proxies.js';
import { comesBack, type Services } from './handshake.js';
import { judgeOrigin, judgeScheme } from './judge.js';
import { GOING_AWAY, NO_PATH, type PlainOptions } from './plain.js';
import { judgeAuthority } from './web-host.js';

/** What visits are judged by. */
export interface VisitOptions
  extends Services, Pick<PlainOptions, 'hosts' | 'redirectsToTls' | 'isListening'> {
  /** Whose headers tell where a client is. */
  readonly trustedProxies: TrustedProxies;
}

/** Judges a request. `judgeHandshake` knows what is special to its version. */
export function judgeVisit(
  head: RequestHead,
  options: VisitOptions,
  judgeHandshake: (head: RequestHead, services: Services) => Refusal | undefined,
): Refusal | undefined {
  const { hosts, redirectsToTls, isListening } = options;
  const { fields, path, peer, defect } = head;
  const { origins } = hosts.find(fields.hostName);
  if (!isListening() && !comesBack(head, options)) return GOING_AWAY;
  return (
    defect ??
    judgeAuthority(head, hosts) ??
    judgeScheme(head, redirectsToTls) ??
    judgeOrigin(fields, origins, peer.isTls) ??
    (path.startsWith('/') ? judgeHandshake(head, options) : NO_PATH)
  );
}
