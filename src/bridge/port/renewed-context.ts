/**
 * Reloads a certificate that was renewed on disk, for the next connection.
 */
import { statSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { readContext, type TlsOptions } from './tls-context.js';

/** The least time between two checks of the files, in ms. */
const RENEWAL_INTERVAL = 1_000;

/** The secure context of a TLS server, kept up to date with its files. */
export class RenewedContext {
  readonly #options: TlsOptions;
  readonly #use: (context: SecureContextOptions) => void;
  readonly #onError: (message: string) => void;
  #looked = 0;
  #stamp: string;

  /** Throws an OptionError when an option can't be used. `use` gets the context, now and after each renewal. */
  constructor(
    options: TlsOptions,
    use: (context: SecureContextOptions) => void,
    onError: (message: string) => void,
  ) {
    this.#options = options;
    this.#use = use;
    this.#onError = onError;
    this.#stamp = this.#stampFiles();
    use(readContext(options));
  }

  /** Reloads the files if they have changed. */
  renew(): void {
    const now = performance.now();
    if (now - this.#looked < RENEWAL_INTERVAL) return;
    this.#looked = now;
    try {
      const stamp = this.#stampFiles();
      if (stamp === this.#stamp) return;
      // Throws while only one file of a pair is new: the old pair stays in use, and a later check finds both.
      this.#use(readContext(this.#options));
      this.#stamp = stamp;
    } catch (error) {
      this.#onError(`certificate not renewed: ${String(error)}`);
    }
  }

  #stampFiles(): string {
    const { cert, key = cert, ca } = this.#options;
    return (ca === undefined ? [cert, key] : [cert, key, ca])
      .map((file) => statSync(file, { bigint: true, throwIfNoEntry: false }))
      .map((stats) => stats && `${stats.ino} ${stats.mtimeNs} ${stats.size}`)
      .join();
  }
}
