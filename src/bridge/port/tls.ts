/**
 * TLS on the bridge's port. A certificate that was renewed on the disk is used for the next connection.
 */
import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { readContext, type TlsOptions } from './tls-context.js';

/** How long a client may take for the TLS handshake, in ms. */
const HANDSHAKE_TIMEOUT = 5_000;
/** How often the files are looked at, at most, in ms. */
const RENEWAL_INTERVAL = 1_000;

/** The TLS side of a port. */
export class TlsGate {
  /** Whether nothing else is spoken. */
  readonly only: boolean;
  /** Whether plain requests are told to come by TLS. */
  readonly redirects: boolean;
  readonly #options: TlsOptions;
  readonly #server: Server;
  readonly #onError: (message: string) => void;
  #looked = 0;
  #stamp: string;

  /** Throws an OptionError when one of the options can't be used. */
  constructor(
    options: TlsOptions,
    serve: (socket: TLSSocket) => void,
    onError: (message: string) => void,
  ) {
    const { verifyClient = false, redirectHttp = false } = options;
    this.#options = options;
    this.#onError = onError;
    this.redirects = redirectHttp;
    this.only = verifyClient || redirectHttp || (options.only ?? false);
    this.#stamp = this.#stampFiles();
    this.#server = createServer(
      {
        ...readContext(options),
        handshakeTimeout: HANDSHAKE_TIMEOUT,
        ALPNProtocols: ['http/1.1'],
        requestCert: verifyClient,
        rejectUnauthorized: verifyClient,
      },
      serve,
    );
    this.#server.on('tlsClientError', (error: Error & { reason?: string }, socket) => {
      // OpenSSL's own message has addresses of its memory and its source in it.
      onError(`TLS handshake: ${error.reason ?? error.message}`);
      socket.destroy();
    });
  }

  /** Takes a connection whose client begins with TLS. */
  admit(socket: Socket): void {
    this.#renew();
    this.#server.emit('connection', socket);
  }

  #renew(): void {
    const now = performance.now();
    if (now - this.#looked < RENEWAL_INTERVAL) return;
    this.#looked = now;
    try {
      const stamp = this.#stampFiles();
      if (stamp === this.#stamp) return;
      // A pair that is only half renewed does not fit: the old one stays, and the next look finds the whole.
      this.#server.setSecureContext(readContext(this.#options));
      this.#stamp = stamp;
    } catch (error) {
      this.#onError(`certificate not renewed: ${String(error)}`);
    }
  }

  #files(): string[] {
    const { cert, key = cert, ca } = this.#options;
    return ca === undefined ? [cert, key] : [cert, key, ca];
  }

  #stampFiles(): string {
    return this.#files()
      .map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }))
      .map((stats) => stats && `${stats.ino} ${stats.mtimeNs} ${stats.size}`)
      .join();
  }
}
