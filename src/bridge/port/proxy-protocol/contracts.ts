/**
 * What the PROXY protocol finds in the first bytes of a connection.
 */
import type { Address } from '../../base/address.js';

/** A complete header. */
export interface ProxyHeader {
  /** Its length in bytes; the client's own bytes follow it. */
  readonly length: number;
  /** The client's address. Without one, the connection is the proxy's own (a health check), or the client has no IP address. */
  readonly source?: Address | undefined;
  /** The address that the client connected to. */
  readonly destination?: Address | undefined;
  /** Whether the client speaks TLS with the proxy. */
  readonly isTls: boolean;
}

/** What the first bytes of a connection are if they are not a complete header. */
export type NoHeader =
  /** They may become one: more bytes are needed. */
  | 'incomplete'
  /** They do not begin a header. */
  | 'absent'
  /** They begin like one, but are malformed. */
  | 'invalid';
