/**
 * All checks on a request for a WebSocket that need no user function, for any version of HTTP.
 */
import type { Refusal } from '../base/refusal.js';
import type { RequestHead } from '../base/request.js';
import type { TrustedProxies } from '../base/trusted-proxies.js';
import { comesBack, type Services } from './handshake.js';
import { judgeOrigin, judgeScheme } from './judge.js';
import { GOING_AWAY, NO_PATH, type PlainOptions } from './plain.js';
import { judgeAuthority } from './web-host.js';

/** What the checks depend on. */
export interface VisitOptions
  extends Services, Pick<PlainOptions, 'hosts' | 'redirectsToTls' | 'isListening'> {
  /** The proxies whose headers give a client's address. */
  readonly trustedProxies: TrustedProxies;
}

/** Judges a request. `judgeHandshake` checks what is specific to its version of HTTP. */
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
