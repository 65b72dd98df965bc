/**
 * The addresses of the command line: `host:port`, with an IPv6 host in brackets, and paths of unix sockets.
 */
import type { LookupAddress } from 'node:dns';
import { isIP, isIPv6 } from 'node:net';

/** A TCP address. An IPv6 host has no brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A unix socket. */
export interface UnixAddress {
  readonly path: string;
  /** The name to use in the log, if the path is a secret. */
  readonly shown?: string | undefined;
}

/** Where a WebSocket's bytes go. */
export type Target = TcpTarget | UnixAddress;

/** A TCP address to connect to. */
export interface TcpTarget extends Address {
  /** The host name that `host` was resolved from, which the target's certificate must have. Default `host`. */
  readonly name?: string | undefined;
  /** The addresses of `host`: only these are tried, in this order. Without them `host` is looked up. */
  readonly addresses?: readonly LookupAddress[] | undefined;
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

/** Reads what to connect to: `host:port` or `[v6]:port`. Throws a RangeError for anything else. */
export function parseTarget(text: string): Address {
  const address = parse(text);
  if (!address?.host || address.port === 0) {
    throw new RangeError(
      `Cannot connect to "${text}": a target is host:port, the port from 1 to 65535`,
    );
  }
  return { host: address.host, port: address.port };
}

/** Reads what to connect to: as `parseTarget` does, or `unix:` and the path of a socket. */
export function parseEnd(text: string): Target {
  const path = /^unix:(.+)$/s.exec(text)?.[1];
  return path === undefined ? parseTarget(text) : { path };
}

/**
 * Takes only the members of a target, reading each once, since user code may return anything. Throws a RangeError
 * for anything that is not a target.
 */
export function readTarget(value: unknown): Target {
  const { path, shown, host, port, name, addresses } = Object(value) as Record<string, unknown>;
  if (path !== undefined) {
    if (typeof path !== 'string' || path === '') throw notOneOf('path', 'a path');
    return { path, shown: typeof shown === 'string' ? shown : undefined };
  }
  // The system takes an empty name for this machine, and truncates a name at a NUL.
  if (typeof host !== 'string' || host === '' || host.includes('\0')) {
    throw notOneOf('host', 'a name or an address');
  }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw notOneOf('port', 'an integer from 1 to 65535', port);
  }
  return {
    host,
    port,
    ...(typeof name === 'string' && name !== '' && { name }),
    ...(addresses !== undefined && { addresses: readAddresses(addresses) }),
  };
}

/** The message shows only numbers: a text may be a secret, and some values can't be converted to text. */
function notOneOf(what: string, rule: string, value?: unknown): RangeError {
  const shown = typeof value === 'number' ? ` ${value}` : '';
  return new RangeError(`Cannot connect to target ${what}${shown}: expected ${rule}`);
}

function readAddresses(value: unknown): readonly LookupAddress[] {
  const list = Array.isArray(value)
    ? value.map((each: unknown) => Object(each) as LookupAddress)
    : [];
  const addresses = list.map(({ address }) => ({ address, family: isIP(address) }));
  if (addresses.length === 0 || addresses.some(({ family }) => family === 0)) {
    throw notOneOf('addresses', 'a list of { address, family }');
  }
  return addresses;
}

/** Formats an address as `parseSource` and `parseTarget` read it, and a unix socket as `unix:` and its path. */
export function formatAddress(address: Target): string {
  if ('path' in address) return `unix:${address.shown ?? address.path}`;
  const { host, port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parse(text: string): { host: string | undefined; port: number } | undefined {
  const match = /^(?:(?:\[([^\]]*)\]|([^\s\p{Cc}[\]:/@]*)):)?(\d{1,5})$/u.exec(text);
  const [, v6, name, digits] = match ?? [];
  const port = Number(digits);
  if (!match || port > 65_535 || (v6 !== undefined && !isIPv6(v6))) return undefined;
  return { host: v6 ?? name, port };
}
