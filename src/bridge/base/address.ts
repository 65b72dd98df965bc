/**
 * The addresses of the command line: `host:port`, with an IPv6 host in brackets, and paths of unix sockets.
 */
import type { LookupAddress } from 'node:dns';
import { isIPv6 } from 'node:net';

/** A TCP address. An IPv6 host stands without brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A unix socket. */
export interface UnixAddress {
  readonly path: string;
  /** What the log calls it, where its path is a secret. */
  readonly shown?: string | undefined;
}

/** Where a WebSocket's bytes go. */
export type Target = TcpTarget | UnixAddress;

/** A TCP address to connect to. */
export interface TcpTarget extends Address {
  /** The host name that `host` was resolved from: what the target's certificate has to say. Default `host`. */
  readonly name?: string | undefined;
  /** What `host` stands for: only these are dialled, in this order. Without them `host` is looked up. */
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

/** Writes an address as `parseSource` and `parseTarget` read it, and a unix socket as `unix:` and its path. */
export function formatAddress(address: Target): string {
  if ('path' in address) return `unix:${address.shown ?? address.path}`;
  const { host, port } = address;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parse(text: string): { host: string | undefined; port: number } | undefined {
  const match = /^(?:(?:\[([^\]]*)\]|([^\s[\]:/@]*)):)?(\d{1,5})$/.exec(text);
  const [, v6, name, digits] = match ?? [];
  const port = Number(digits);
  if (!match || port > 65_535 || (v6 !== undefined && !isIPv6(v6))) return undefined;
  return { host: v6 ?? name, port };
}
