/**
 * Where a token or a signature may lead. A name is resolved once, all of its addresses are judged, and exactly those are
 * dialled: a DNS answer that changes in between (DNS rebinding) has no effect.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { type Address, formatAddress, type TcpTarget } from '../base/address.js';
import { addNetwork, hextetsOf } from '../base/networks.js';

/** The bridge may not connect to this target. */
export class ForbiddenTargetError extends Error {
  override readonly name = 'ForbiddenTargetError';
}

/**
 * Never a target: the unspecified address, link-local, site-local, multicast and broadcast addresses, and the metadata
 * services from which clouds hand out a machine's secrets (most use 169.254.169.254, which is link-local).
 */
const FORBIDDEN_V4 = [
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '100.100.100.200/32', // Alibaba
  '168.63.129.16/32', // Azure
  '192.0.0.192/32', // Oracle
];
const FORBIDDEN_V6 = [
  '::/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  '64:ff9b:1::/48', // NAT64 for local use (RFC 8215): each network chooses where it embeds the IPv4 address
  'fd00:ec2::/32', // Amazon
  'fd00:c1::/32', // Oracle
  'fd00:42::/32', // Scaleway
  'fd20:ce::/32', // Google
];

const FORBIDDEN = new BlockList();
for (const network of [...FORBIDDEN_V4, ...FORBIDDEN_V6]) addNetwork(FORBIDDEN, network, 'forbid');

/** Judges targets. Without a list of networks or ports, all pass except the forbidden ones. */
export class Networks {
  readonly #networks: BlockList | undefined;
  readonly #ports: readonly (readonly [from: number, to: number])[] | undefined;

  /**
   * Takes networks as `10.0.0.0/8`, `fd00::/8` or an address, and ports as `22` or `5900-5999`. Throws a RangeError
   * for anything else.
   */
  constructor(networks?: readonly string[], ports?: readonly (string | number)[]) {
    if (networks) {
      this.#networks = new BlockList();
      for (const network of networks) addNetwork(this.#networks, network, 'allow');
    }
    this.#ports = ports?.map((port) => parsePorts(String(port)));
  }

  /** Whether connecting to an IP address and port is allowed; false for a name, or an address with a zone. */
  permits(address: string, port: number): boolean {
    const family = isIP(address);
    if (family === 0 || address.includes('%')) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (FORBIDDEN.check(address, type)) return false;
    if (family === 6 && embeddedIPv4(address).some((v4) => FORBIDDEN.check(v4))) return false;
    if (this.#networks && !this.#networks.check(address, type)) return false;
    return this.#ports?.some(([from, to]) => port >= from && port <= to) ?? true;
  }

  /**
   * Resolves a target's name once. Rejects with a ForbiddenTargetError unless all of its addresses are allowed, and with the
   * lookup's error when it has none.
   */
  async resolve(target: Address): Promise<TcpTarget> {
    const addresses = await lookup(target.host, { all: true });
    for (const { address } of addresses) {
      if (!this.permits(address, target.port)) {
        const where = formatAddress({ host: address, port: target.port });
        throw new ForbiddenTargetError(`Cannot connect to ${where}: the target is not allowed`);
      }
    }
    return { host: target.host, port: target.port, addresses };
  }
}

function parsePorts(text: string): readonly [number, number] {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!(from >= 1 && to <= 65_535 && from <= to)) {
    throw new RangeError(
      `Cannot allow the port "${text}": expected a number from 1 to 65535, or FROM-TO`,
    );
  }
  return [from, to];
}

/**
 * The IPv4 addresses that a tunnel or a translator may derive from an IPv6 address. The mapped form, `::ffff:1.2.3.4`, is
 * left out: BlockList recognizes it.
 */
function embeddedIPv4(address: string): string[] {
  const groups = hextetsOf(address);
  const at = (index: number) => dotted(groups[index] ?? 0, groups[index + 1] ?? 0);
  const [a, b, c, d, e, f, g = 0, h = 0] = groups;
  const found: string[] = [];
  // IPv4-compatible (RFC 4291 section 2.5.5.1) except `::` and `::1`; IPv4-translated (RFC 2765); NAT64 (RFC 6052).
  const isLow = [a, b, c, d].every((group) => group === 0);
  if (isLow && e === 0 && f === 0 && g !== 0) found.push(at(6));
  if (isLow && e === 0xffff && f === 0) found.push(at(6));
  if (a === 0x64 && b === 0xff9b) found.push(at(6));
  // 6to4 (RFC 3056); the server and the client in a Teredo address (RFC 4380 section 4).
  if (a === 0x2002) found.push(at(1));
  if (a === 0x2001 && b === 0) found.push(at(2), dotted(g ^ 0xffff, h ^ 0xffff));
  // ISATAP (RFC 5214 section 6.1).
  if ((e === 0 || e === 0x200) && f === 0x5efe) found.push(at(6));
  return found;
}

function dotted(high: number, low: number): string {
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
}
