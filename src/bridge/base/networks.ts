/**
 * Networks of IP addresses, as options name them, and IPv6 addresses as numbers.
 */
import { type BlockList, isIP, isIPv4 } from 'node:net';

/** Adds `10.0.0.0/8`, `fd00::/8` or an address to a list. Throws a RangeError for anything else: `Cannot ACTION ...`. */
export function addNetwork(list: BlockList, text: string, action: string): void {
  const [, address = '', bits] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const family = isIP(address);
  const most = family === 4 ? 32 : 128;
  if (family === 0 || Number(bits ?? 0) > most) {
    throw new RangeError(
      `Cannot ${action} the network "${text}": a network is an IP address, or ADDRESS/BITS`,
    );
  }
  list.addSubnet(address, Number(bits ?? most), isIPv4(address) ? 'ipv4' : 'ipv6');
}

/** The eight groups of an IPv6 address. */
export function hextetsOf(address: string): number[] {
  // A URL normalizes its host to one form: hexadecimal, with `::` at most once.
  const { hostname } = new URL(`http://[${address}]`);
  const [head = [], tail] = hostname
    .slice(1, -1)
    .split('::')
    .map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))));
  if (!tail) return head;
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
