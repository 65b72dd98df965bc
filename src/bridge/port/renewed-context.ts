/**
 * A certificate that was renewed on the disk is used for the next connection.
 */
import { statSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import { readContext, type TlsOptions } from './tls-context.js';

/** How often the files are looked at, at most, in ms. */
const RENEWAL_INTERVAL = 1_000;

/** What a TLS server needs to know, as it is in files now. */
export class RenewedContext {
  readonly #options: TlsOptions;
  readonly #use: (context: SecureContextOptions) => void;
  readonly #onError: (message: string) => void;
  #looked = 0;
  #stamp: string;

  /** Throws an OptionError when one of the options can't be used. `use` takes the context, now and when it is renewed. */
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

  /** Looks whether the files have changed. */
  renew(): void {
    const now = performance.now();
    if (now - this.#looked < RENEWAL_INTERVAL) return;
    this.#looked = now;
    try {
      const stamp = this.#stampFiles();
      if (stamp === this.#stamp) return;
      // A pair that is only half renewed does not fit: the old one stays, and the next look finds the whole.
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
