/**
 * Where a token or a signature may lead. A name is resolved once, every address of it is judged, and exactly those
 * addresses are dialled: a name that changes its mind meanwhile (DNS rebinding) changes nothing.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { type Address, formatAddress, type TcpTarget } from '../base/address.js';

/** The target is none that this bridge may connect to. */
export class ForbiddenTargetError extends Error {
  override readonly name = 'ForbiddenTargetError';
}

/**
 * Never a target: this host's "any" address, link-local ones, multicast and broadcast, and where clouds keep the
 * secrets of a machine (most use 169.254.169.254, which is link-local).
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
  'fd00:ec2::/32', // Amazon
  'fd20:ce::/32', // Google
];

/** IPv6 prefixes, in hextets, behind which an IPv4 address follows: compatible, translated, NAT64, NAT64, 6to4. */
const EMBEDDINGS: readonly (readonly [prefix: string, bits: number])[] = [
  ['::', 96],
  ['::ffff:0:', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 96],
  ['2002:', 16],
];

const FORBIDDEN = new BlockList();
for (const network of [...FORBIDDEN_V4, ...FORBIDDEN_V6]) addNetwork(FORBIDDEN, network);
for (const network of FORBIDDEN_V4) {
  const [address = '', bits] = network.split('/');
  // BlockList itself knows the mapped form, `::ffff:1.2.3.4`. `::/104` would be `::1` too, and `0.0.0.0` is `::`.
  for (const [prefix, length] of EMBEDDINGS) {
    if (prefix === '::' && address === '0.0.0.0') continue;
    const suffix = length === 16 ? '::' : '';
    addNetwork(FORBIDDEN, `${prefix}${hextets(address)}${suffix}/${length + Number(bits)}`);
  }
}

/** Judges targets. Without a list of networks or ports all of them pass, but for those that never do. */
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
      for (const network of networks) addNetwork(this.#networks, network);
    }
    this.#ports = ports?.map((port) => parsePorts(String(port)));
  }

  /** Whether the IP address (no name, no zone) and port may be connected to. */
  permits(address: string, port: number): boolean {
    const family = isIP(address);
    if (family === 0 || address.includes('%')) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (FORBIDDEN.check(address, type)) return false;
    if (this.#networks && !this.#networks.check(address, type)) return false;
    return this.#ports?.some(([from, to]) => port >= from && port <= to) ?? true;
  }

  /**
   * Resolves a target's name, once. Rejects with a ForbiddenTargetError unless every address of it may be connected
   * to, and with the error of the look-up when there is none.
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

function addNetwork(list: BlockList, text: string): void {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || Number(bits ?? 0) > most) {
    throw new RangeError(
      `Cannot allow the network "${text}": a network is an IP address, or ADDRESS/BITS`,
    );
  }
  list.addSubnet(address, Number(bits ?? most), isIPv4(address) ? 'ipv4' : 'ipv6');
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

/** An IPv4 address as two groups of an IPv6 one. */
function hextets(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
