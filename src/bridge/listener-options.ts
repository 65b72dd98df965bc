/**
 * The options that each of the listeners may have of its own: what is spoken there.
 */
import type { Target } from './base/address.js';
import type { TlsOptions } from './port/tls-context.js';

/** What is spoken at a port or a socket, apart from TLS. */
export interface ListenerOptions {
  /**
   * Where to forward connections whose first bytes are neither HTTP nor TLS, unchanged: SSH on the port of a web server,
   * for example. Default: they are refused.
   */
  readonly fallback?: Target | undefined;
  /**
   * How long a client may be silent, in ms, before it is forwarded to `fallback`, since it probably waits for the server to
   * speak first. Default 0: never. Browsers also open connections ahead of use; over TLS the bridge recognizes these.
   */
  readonly silenceTimeout?: number | undefined;
  /**
   * Whether HTTP/2 is served: WebSockets (RFC 8441), files and all. Over TLS a client chooses it in the handshake; where
   * plain connections are served, with prior knowledge. Default false.
   */
  readonly http2?: boolean | undefined;
  /** Forwards every connection to `target` unchanged, after terminating TLS if `tls` is set. Nothing else is served then. */
  readonly raw?: boolean | undefined;
  /** Whether the proxies of `trustProxies` begin each connection with a PROXY header, version 1 or 2. */
  readonly proxyProtocol?: boolean | undefined;
}

/** The rules of some of the ports and sockets. What is not set here is as in the bridge's own options. */
export interface ListenRules extends ListenerOptions {
  readonly tls?: Pick<TlsOptions, 'only' | 'redirectHttp'> | undefined;
}
