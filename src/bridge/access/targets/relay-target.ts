/**
 * Targets that a client of corp-relay-v4 names in its URL, only within the allowed networks and ports.
 */
import { parseTarget } from '../../base/address.js';
import type { Ledger } from '../../base/ledger.js';
import { onlyIn } from '../../base/relay-v4.js';
import { queryOf } from '../../base/request.js';
import type { TargetSource } from '../contracts.js';
import { guarded } from './target-source.js';

/** Which targets clients may name. */
export interface RelayRules {
  /** The networks that targets may be in, each as `10.0.0.0/8` or an address. At least one. */
  readonly allowNetworks: readonly string[];
  /** The ports that they may have, each as `22` or `2200-2299`. Default: 22. */
  readonly allowPorts?: readonly (string | number)[] | undefined;
}

const SSH = [22];
const MALFORMED = { status: 400, message: 'Expected a host and a port, from 1 to 65535.' };

/** Makes a target source that reads `host` and `port` from the query. Throws a RangeError for an invalid rule. */
export function relayTargets(
  { allowNetworks, allowPorts = SSH }: RelayRules,
  ledger: Ledger,
): TargetSource {
  if (allowNetworks.length === 0) {
    throw new RangeError('Cannot let clients name their targets: no network is allowed');
  }
  return guarded({ allowNetworks, allowPorts, ledger }, async ({ url }) => {
    const query = queryOf(url);
    const host = onlyIn(query, 'host') ?? '';
    const port = onlyIn(query, 'port') ?? '';
    try {
      return parseTarget(`${host.includes(':') ? `[${host}]` : host}:${port}`);
    } catch {
      return MALFORMED;
    }
  });
}
