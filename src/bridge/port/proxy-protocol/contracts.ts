/**
 * What the first bytes of a connection can say of a proxy.
 */
import type { Address } from '../../base/address.js';

/** A complete header. */
export interface ProxyHeader {
  /** Its length in bytes; what the client sent is behind it. */
  readonly length: number;
  /** The client. Without one the connection is the proxy's own (a health check), or its client has no IP address. */
  readonly source?: Address | undefined;
  /** The address that the client connected to. */
  readonly destination?: Address | undefined;
  /** Whether the client speaks TLS with the proxy. */
  readonly isTls: boolean;
}

/** What the first bytes of a connection are, if they are no complete header. */
export type NoHeader =
  /** They may become one: more are needed. */
  | 'incomplete'
  /** They are something else. */
  | 'absent'
  /** They begin as one and break its rules. */
  | 'invalid';
