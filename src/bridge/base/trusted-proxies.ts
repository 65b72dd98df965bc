/**
 * The proxies in front of the bridge whose word counts on where a client is.
 */
import { BlockList, isIPv4 } from 'node:net';
import { addNetwork } from './networks.js';

/** The word for proxies that come by a unix socket. */
const UNIX = 'unix';

/** Networks that are trusted. */
export class TrustedProxies {
  /** Undefined where no proxy is trusted: asking costs each connection time. */
  readonly #networks: BlockList | undefined;
  readonly #trustsUnix: boolean;

  /** Takes networks as `10.0.0.0/8`, `fd00::/8` or an address, and `unix`. Throws a RangeError for anything else. */
  constructor(networks: readonly string[]) {
    this.#trustsUnix = networks.includes(UNIX);
    for (const network of networks) {
      if (network !== UNIX) addNetwork((this.#networks ??= new BlockList()), network, 'trust');
    }
  }

  /** Whether this is the address of a trusted proxy; `undefined` is a unix socket's. */
  trusts(address: string | undefined): boolean {
    if (address === undefined) return this.#trustsUnix;
    if (!this.#networks) return false;
    // A zone (`fe80::1%eth0`) belongs to no network.
    const [plain = ''] = address.split('%');
    return this.#networks.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
  }
}
