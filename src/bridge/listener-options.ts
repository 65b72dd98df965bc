/**
 * The options that each listener may set for itself: which protocols it speaks.
 */
import type { Target } from './base/address.js';
import type { TlsOptions } from './port/tls-context.js';

/** Which protocols a port or a unix socket speaks, apart from TLS. */
export interface ListenerOptions {
  /**
   * Where to forward, unchanged, connections whose first bytes are neither HTTP nor TLS: SSH on a web server's port,
   * for example. Default: they are refused.
   */
  readonly fallback?: Target | undefined;
  /**
   * How long a client may be silent, in ms, before the bridge forwards it to `fallback`: it is probably waiting for the server
   * to speak first. Default 0: never. Browsers also open connections ahead of use and leave them silent; over TLS the bridge
   * recognizes these.
   */
  readonly silenceTimeout?: number | undefined;
  /**
   * Whether to serve HTTP/2, including WebSockets (RFC 8441). Over TLS, clients choose it in the handshake; on plain
   * connections, where these are served, they need prior knowledge. Default false.
   */
  readonly http2?: boolean | undefined;
  /** Forwards every connection to `target` unchanged, after terminating TLS if `tls` is set. Nothing else is served. */
  readonly raw?: boolean | undefined;
  /** Whether the proxies in `trustProxies` begin each connection with a PROXY header, version 1 or 2. */
  readonly proxyProtocol?: boolean | undefined;
}

/** Rules for some of the listeners. An option not set here takes its value from the bridge's own options. */
export interface ListenRules extends ListenerOptions {
  /** Overrides these two options of the bridge's `tls`, which must be set. */
  readonly tls?: Pick<TlsOptions, 'only' | 'redirectHttp'> | undefined;
}
