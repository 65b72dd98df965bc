/**
 * Sockets opened by the process that started this one.
 */
import { type Address, formatAddress, type Target } from './address.js';

/** A socket that is already listening. */
export interface InheritedSource {
  /** Its file descriptor. */
  readonly fd: number;
  /** The name of its rules in `listenRules`. Default: the bridge's own options. */
  readonly rules?: string | undefined;
}

/** Formats where a bridge listens, for messages. */
export function formatSource(source: Address | Target | InheritedSource): string {
  return 'fd' in source ? `file descriptor ${source.fd}` : formatAddress(source);
}
