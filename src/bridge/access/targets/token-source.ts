/**
 * The interface of a token source, and the notation of its targets.
 */
import { isIPv6 } from 'node:net';
import { type Address, parseTarget, type UnixAddress } from '../../base/address.js';

/** Finds the target that a token stands for. */
export interface TokenSource {
  /**
   * Returns the target of `token`, or undefined or null if the token is unknown. Throws or rejects when the source itself
   * fails: the client then gets 503, and the message goes to the log, so it must not contain the token.
   */
  lookup(
    token: string,
  ): Address | UnixAddress | null | undefined | Promise<Address | UnixAddress | null | undefined>;
  /** Releases the source's resources after the bridge has closed. */
  close?(): void | Promise<void>;
}

/**
 * The token exists, but its value is not a valid target. To a client this looks like an unknown token, and it
 * counts as a guess. The message goes to the log: neither token nor value may be in it.
 */
export class UnusableEntryError extends Error {
  override readonly name = 'UnusableEntryError';
}

/** Reads `host:port` or, as websockify writes it, `unix_socket:/path`. Throws a RangeError for anything else. */
export function parseTokenTarget(text: string): Address | UnixAddress {
  const [, path] = /^unix_socket:(\/.+)$/.exec(text) ?? [];
  return path === undefined ? parseTokenAddress(text) : { path };
}

/** Reads `host:port`; as in websockify, an IPv6 host needs no brackets. Throws a RangeError for anything else. */
export function parseTokenAddress(text: string): Address {
  const [, host = '', port] = /^([\da-f:.]+):(\d+)$/i.exec(text) ?? [];
  return parseTarget(isIPv6(host) ? `[${host}]:${port}` : text);
}
