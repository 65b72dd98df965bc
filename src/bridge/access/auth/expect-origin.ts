/**
 * Allows only pages from certain origins; clients without an `Origin`, which are not browsers, are refused too.
 */
import { parseOrigin } from '../../base/origin.js';
import type { Refusal } from '../../base/refusal.js';
import type { BridgeRequest } from '../../base/request.js';
import type { Authenticator } from './authenticator.js';

const REFUSAL: Refusal = { status: 403, message: 'Pages from this origin are not allowed.' };

/** Allows pages from the origins in a list. */
export class ExpectOrigin implements Authenticator {
  readonly origins: readonly string[];

  /** Takes origins separated by spaces or commas. Throws a RangeError for an invalid one or an empty list. */
  constructor(source: string) {
    this.origins = source
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((text) => {
        const origin = parseOrigin(text);
        if (origin !== undefined) return origin;
        throw new RangeError(
          `Cannot expect the origin "${text}": an origin is scheme://host[:port]`,
        );
      });
    if (this.origins.length === 0) {
      throw new RangeError('Cannot use the source of ExpectOrigin: expected a list of origins');
    }
  }

  authenticate({ headers }: BridgeRequest): boolean | Refusal {
    const origin = parseOrigin(headers.get('origin') ?? undefined);
    return (origin !== undefined && this.origins.includes(origin)) || REFUSAL;
  }
}
