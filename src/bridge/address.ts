/**
 * The addresses of the command line: `host:port`, with an IPv6 host in brackets.
 */
import { isIPv6 } from 'node:net';

/** A TCP address. An IPv6 host stands without brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

const LOOPBACK = '127.0.0.1';

/** Reads where to listen: `port` (loopback only), `host:port`, `[v6]:port` or `:port` (everywhere, an empty host). */
export function parseSource(text: string): Address {
  const address = parse(text);
  if (!address) {
    throw new RangeError(
      `Cannot listen on "${text}": a source is [host:]port, the port from 0 to 65535`,
    );
  }
  return { host: address.host ?? LOOPBACK, port: address.port };
}

/** Reads what to connect to: `host:port` or `[v6]:port`. */
export function parseTarget(text: string): Address {
  const address = parse(text);
  if (!address?.host || address.port === 0) {
    throw new RangeError(
      `Cannot connect to "${text}": a target is host:port, the port from 1 to 65535`,
    );
  }
  return { host: address.host, port: address.port };
}

/** Writes an address as `parseSource` and `parseTarget` read it. */
export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parse(text: string): { host: string | undefined; port: number } | undefined {
  const match = /^(?:(?:\[([^\]]*)\]|([^\s[\]:/@]*)):)?(\d{1,5})$/.exec(text);
  const [, v6, name, digits] = match ?? [];
  const port = Number(digits);
  if (!match || port > 65_535 || (v6 !== undefined && !isIPv6(v6))) return undefined;
  return { host: v6 ?? name, port };
}
