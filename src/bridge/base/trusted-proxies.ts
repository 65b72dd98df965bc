/**
 * The proxies in front of the bridge that it trusts to give a client's address.
 */
import { BlockList, isIPv4 } from 'node:net';
import { addNetwork } from './networks.js';

/** Stands for the proxies that connect over a unix socket. */
const UNIX = 'unix';

/** The trusted networks. */
export class TrustedProxies {
  /** Undefined if no network is trusted, since a lookup costs time on each connection. */
  readonly #networks: BlockList | undefined;
  readonly #trustsUnix: boolean;

  /** Takes networks as `10.0.0.0/8`, `fd00::/8` or an address, and `unix`. Throws a RangeError for anything else. */
  constructor(networks: readonly string[]) {
    this.#trustsUnix = networks.includes(UNIX);
    for (const network of networks) {
      if (network !== UNIX) addNetwork((this.#networks ??= new BlockList()), network, 'trust');
    }
  }

  /** Whether this is the address of a trusted proxy; `undefined` stands for a unix socket. */
  trusts(address: string | undefined): boolean {
    if (address === undefined) return this.#trustsUnix;
    if (!this.#networks) return false;
    // Compared without a zone (`fe80::1%eth0`), since networks have none.
    const [plain = ''] = address.split('%');
    return this.#networks.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  }
}
