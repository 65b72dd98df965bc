/**
 * TLS on the bridge's port, with the certificate of the host that the client asks for.
 */
import type { Socket } from 'node:net';
import {
  createSecureContext,
  createServer,
  type SecureContext,
  type Server,
  type TLSSocket,
} from 'node:tls';
import { inside } from '../base/option-error.js';
import type { Vhosts } from '../base/vhosts.js';
import { RenewedContext } from './renewed-context.js';
import type { CertificateFiles, TlsOptions } from './tls-context.js';

/** How long a client may take for the TLS handshake, in ms. */
const HANDSHAKE_TIMEOUT = 5_000;

/** A host, as the TLS handshake sees it. */
export interface TlsHost {
  readonly names: ReadonlySet<string>;
  /** The files of its own certificate, if it has one. */
  readonly certificate: CertificateFiles | undefined;
}

/** The options of the TLS side of a port. */
export interface TlsGateOptions {
  readonly tls: TlsOptions;
  readonly hosts: Vhosts<TlsHost>;
  /** The protocols inside TLS that a client may choose from (ALPN, RFC 7301), the preferred one first. */
  readonly alpn: string[];
  readonly onConnection: (socket: TLSSocket) => void;
  readonly onError: (message: string) => void;
}

/** The TLS side of a port. */
export class TlsGate {
  /** Whether the port serves nothing without TLS, except for redirects. */
  readonly only: boolean;
  /** Whether plain HTTP requests are redirected to https. */
  readonly redirects: boolean;
  readonly #server: Server;
  readonly #common: RenewedContext;
  /** The context of each host that has a certificate of its own. */
  readonly #contexts = new Map<TlsHost, () => SecureContext>();

  /** Throws an OptionError when one of the options can't be used. */
  constructor({ tls, hosts, alpn, onConnection, onError }: TlsGateOptions) {
    const { verifyClient = false, redirectHttp = false } = tls;
    this.redirects = redirectHttp;
    this.only = verifyClient || redirectHttp || (tls.only ?? false);
    const server = createServer(
      {
        handshakeTimeout: HANDSHAKE_TIMEOUT,
        ALPNProtocols: alpn,
        requestCert: verifyClient,
        rejectUnauthorized: verifyClient,
        SNICallback: (name, choose) => choose(null, this.#contexts.get(hosts.find(name))?.()),
      },
      onConnection,
    );
    this.#server = server;
    this.#common = new RenewedContext(tls, (context) => server.setSecureContext(context), onError);
    for (const [index, host] of [...hosts].entries()) {
      if (!host.certificate) continue;
      const own = { ...tls, key: undefined, keyPassword: undefined, ...host.certificate };
      // The first host is the bridge's own.
      const context = inside(`vhosts.${index - 1}`, () => renewedContext(own, onError));
      this.#contexts.set(host, context);
    }
    server.on('tlsClientError', (error: Error & { reason?: string }, socket) => {
      // OpenSSL's own message contains memory addresses and names of its source files.
      onError(`TLS handshake: ${error.reason ?? error.message}`);
      socket.destroy();
    });
  }

  /** Takes a connection whose client begins with TLS. */
  admit(socket: Socket): void {
    this.#common.renew();
    this.#server.emit('connection', socket);
  }
}

/** Returns a function that returns the up-to-date context. */
function renewedContext(
  options: TlsOptions,
  onError: (message: string) => void,
): () => SecureContext {
  let context!: SecureContext;
  const renewed = new RenewedContext(
    options,
    (next) => (context = createSecureContext(next)),
    onError,
  );
  return () => {
    renewed.renew();
    return context;
  };
}
