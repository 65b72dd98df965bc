/**
 * Targets that a request chooses by a token or a signature. Each target is checked, and guesses are limited.
 */
import {
  type Address,
  formatAddress,
  readTarget,
  type Target,
  type UnixAddress,
} from '../../base/address.js';
import { DEFAULT_FAILURES, Failures } from '../failures.js';
import { type Ledger, LocalLedger } from '../../base/ledger.js';
import { plainMessageOf, quote } from '../../base/text.js';
import { ForbiddenTargetError, Networks } from '../networks.js';
import type { TargetSource } from '../contracts.js';
import type { Refusal } from '../../base/refusal.js';
import type { BridgeRequest } from '../../base/request.js';
import { findHostToken, findToken } from './request-token.js';
import { SignedTargets } from './signed-target.js';
import { type TokenSource, UnusableEntryError } from './token-source.js';

/** The rules for every target that a request chooses. */
export interface TargetRules {
  /** Networks that targets may be in, each as `10.0.0.0/8` or an address. Default: all except link-local and metadata addresses. */
  readonly allowNetworks?: readonly string[] | undefined;
  /** Ports that targets may have, each as `22` or `5900-5999`. Default: all. */
  readonly allowPorts?: readonly (string | number)[] | undefined;
  /** After this many failed attempts within a minute, an address gets 429 for the rest of that minute. Default 10; 0: never. */
  readonly maxFailures?: number | undefined;
  /** Counts failed attempts and remembers used signatures. Default: a ledger of its own. */
  readonly ledger?: Ledger | undefined;
}

/** The rules for tokens. */
export interface TokenRules extends TargetRules {
  /** The token is the requested host name, as with `--host-token`. */
  readonly hostToken?: boolean | undefined;
}

/** The rules for signatures. */
export interface SignatureRules extends TargetRules {
  /** Each signature is valid for one connection. */
  readonly once?: boolean | undefined;
}

/** One text for all cases, so that it does not reveal what was wrong. */
const NOT_ALLOWED: Refusal = { status: 403, message: 'Not allowed.' };
const NOT_FOUND_OUT: Refusal = {
  status: 503,
  message: 'The target lookup is temporarily unavailable.',
};
const NO_ADDRESS: Refusal = { status: 502, message: 'The target is not accepting connections.' };

/** Finds a target to judge, or a refusal. `undefined` is a wrong guess; so is an UnusableEntryError, which says why. */
type Finder = (
  request: BridgeRequest,
) => Promise<Address | UnixAddress | Refusal | UnusableEntryError | undefined>;

/**
 * Chooses targets by token, for the option `target` of `createBridge`; the documentation says where a request may carry its
 * token. Throws a RangeError for an invalid rule.
 *
 * ```js
 * const tokens = await openTokenSource('TokenFile', '/etc/bridge/tokens');
 * const bridge = createBridge({ target: tokenTargets(tokens, { allowPorts: ['5900-5999'] }) });
 * ```
 */
export function tokenTargets(source: TokenSource, rules: TokenRules = {}): TargetSource {
  const tokenOf = rules.hostToken ? findHostToken : findToken;
  const targets = guarded(rules, async (request) => {
    const token = tokenOf(request);
    if (token === undefined) return { ...NOT_ALLOWED, detail: 'no token' };
    try {
      const target = await source.lookup(token);
      return target ? readLocation(target) : undefined;
    } catch (error) {
      if (error instanceof UnusableEntryError) return error;
      return {
        ...NOT_FOUND_OUT,
        detail: quote(withoutToken(plainMessageOf(error), token)),
        cause: error,
      };
    }
  });
  let closed: Promise<void> | undefined;
  // Closes the source once, though both the bridge at its end and a command that could not listen may call this.
  const close = () => (closed ??= (async () => source.close?.())());
  return Object.assign(targets, { tokenOf, close });
}

/**
 * Accepts signed targets, for the option `target` of `createBridge`; `signTarget` signs them with the same `secret`. Throws
 * a RangeError for a secret of less than 32 bytes or an invalid rule.
 */
export function signedTargets(
  secret: string | Uint8Array,
  rules: SignatureRules = {},
): TargetSource {
  const { once, ledger = new LocalLedger() } = rules;
  const signed = new SignedTargets(secret, once ? ledger : undefined);
  return guarded({ ...rules, ledger }, async ({ url, headers }) => {
    if (!SignedTargets.claims(url)) return { ...NOT_ALLOWED, detail: 'no signature' };
    return signed.verify(url, headers.get('origin') ?? undefined);
  });
}

/** Makes a target source that judges what `find` returns, and limits wrong guesses by address. */
export function guarded(rules: TargetRules, find: Finder): TargetSource {
  const networks = new Networks(rules.allowNetworks, rules.allowPorts);
  const { maxFailures = DEFAULT_FAILURES, ledger = new LocalLedger() } = rules;
  const failures = new Failures('token', maxFailures, ledger);
  return async (request) => {
    const { remoteAddress } = request;
    const early = await failures.refusal(remoteAddress);
    if (early) return early;
    const found = await find(request);
    const isWrong = !found || found instanceof UnusableEntryError;
    // Checked again: many guesses may run concurrently, and those beyond the limit must learn nothing.
    const late = await (isWrong ? failures.add(remoteAddress) : failures.refusal(remoteAddress));
    if (late) return late;
    if (isWrong) {
      return { ...NOT_ALLOWED, detail: found?.message ?? 'a wrong token or signature' };
    }
    return 'host' in found ? judge(found, networks) : found;
  };
}

async function judge(target: Address, networks: Networks): Promise<Target | Refusal> {
  try {
    return await networks.resolve(target);
  } catch (error) {
    if (error instanceof ForbiddenTargetError) {
      return { ...NOT_ALLOWED, detail: quote(error.message) };
    }
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    return { ...NO_ADDRESS, detail: `Cannot look up ${quote(formatAddress(target))}: ${code}` };
  }
}

/** Takes only the location from a source: it must not decide which addresses a name has. */
function readLocation(given: unknown): Address | UnixAddress {
  const target = readTarget(given);
  if (!('path' in target)) return { host: target.host, port: target.port };
  if (target.path.startsWith('/')) return target;
  throw new RangeError('Cannot use the path from the token source: it must be absolute');
}

/** A source's message, with the token replaced by dots. */
function withoutToken(message: string, token: string): string {
  return message.replaceAll(token, '...').replaceAll(encodeURIComponent(token), '...');
}
