/**
 * Allows certain common names of client certificates. The name is read from the TLS connection itself.
 */
import type { Refusal } from '../../base/refusal.js';
import type { BridgeRequest } from '../../base/request.js';
import type { Authenticator } from './authenticator.js';

const REFUSAL: Refusal = {
  status: 403,
  message: 'This client certificate is not allowed.',
};

/** Allows clients whose certificate, verified by the listener (`--verify-client`), has a common name from a list. */
export class ClientCertCNAuth implements Authenticator {
  readonly #names: ReadonlySet<string>;

  /** Takes names separated by spaces or commas. Throws a RangeError for an empty list. */
  constructor(source: string) {
    this.#names = new Set(source.split(/[\s,]+/).filter(Boolean));
    if (this.#names.size === 0) {
      throw new RangeError('Cannot use the source of ClientCertCNAuth: expected a list of names');
    }
  }

  authenticate({ certificate }: BridgeRequest): boolean | Refusal {
    // A subject with several common names has an array here, and is refused.
    const name: unknown = certificate?.subject?.CN;
    return (typeof name === 'string' && this.#names.has(name)) || REFUSAL;
  }
}
