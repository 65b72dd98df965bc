/**
 * Turns the command line's options for tokens, signatures and authenticators into options of `createBridge`.
 */
import { authenticateWith } from '../access/auth/authenticate-with.js';
import { openAuthenticator } from '../access/auth/open-authenticator.js';
import { closePlugin, type Warn } from '../access/plugin.js';
import { Networks } from '../access/networks.js';
import type { Ledger } from '../base/ledger.js';
import { readRegularFile } from '../base/regular-file.js';
import { plainMessageOf } from '../base/text.js';
import type { Authenticate, TargetSource } from '../access/contracts.js';
import type { RelayRules } from '../access/targets/relay-target.js';
import { openTokenSource } from '../access/targets/open-token-source.js';
import { signedTargets, tokenTargets } from '../access/targets/target-source.js';

/** The options, as they were given. */
export interface AccessArguments {
  tokenPlugin?: string;
  tokenSource?: string;
  targetConfig?: string;
  hostToken?: boolean;
  signKey?: string;
  signOnce?: boolean;
  allowNetworks?: string[];
  allowPorts?: string[];
  relayV4?: boolean;
  authPlugin?: string;
  authSource?: string;
  maxFailures?: number;
  /** Counts failures and uses. */
  ledger?: Ledger;
}

/** The resulting options of `createBridge`. */
export interface Access {
  readonly target: TargetSource | undefined;
  readonly authenticate: Authenticate | undefined;
  /** Which targets clients may name. */
  readonly relayV4: RelayRules | undefined;
  /** Origins that the authenticator allows. */
  readonly origins: readonly string[];
  /** Closes the plug-ins. */
  readonly close: () => Promise<void>;
}

/** The options that give a stranger something to guess. */
const GUESSED = ['tokenPlugin', 'targetConfig', 'signKey', 'authPlugin'] as const;

/** Opens the plug-ins and keys that the options name. Rejects when an option can't be used or lacks another that it needs. */
export async function openAccess(given: AccessArguments, warn: Warn): Promise<Access> {
  const { authPlugin, authSource, maxFailures, ledger } = given;
  requirePair('auth-plugin', authPlugin, 'auth-source', authSource);
  if (!GUESSED.some((key) => given[key] !== undefined)) {
    refuseWithout('token-plugin, --sign-key or --auth-plugin', { 'max-failures': maxFailures });
  }
  const { target, close } = await openTargets(given, warn);
  const relayV4 = readRelay(given);
  if (authPlugin === undefined || authSource === undefined) {
    return { target, relayV4, authenticate: undefined, origins: [], close };
  }
  const auth = await named('auth-plugin', () => openAuthenticator(authPlugin, authSource));
  return {
    target,
    relayV4,
    authenticate: authenticateWith(auth, { maxFailures, ledger }),
    origins: auth.origins ?? [],
    close,
  };
}

async function openTargets(
  given: AccessArguments,
  warn: Warn,
): Promise<Pick<Access, 'target' | 'close'>> {
  const { targetConfig, signKey, allowNetworks, allowPorts, hostToken, signOnce } = given;
  requirePair('token-plugin', given.tokenPlugin, 'token-source', given.tokenSource);
  const plugin = targetConfig === undefined ? given.tokenPlugin : 'TokenFile';
  const source = targetConfig ?? given.tokenSource;
  const sources = [given.tokenPlugin, targetConfig, signKey].filter((each) => each !== undefined);
  if (sources.length > 1) {
    throw new RangeError('Cannot use --token-plugin, --target-config and --sign-key together');
  }
  await named('allow-network', () => new Networks(allowNetworks));
  await named('allow-port', () => new Networks(undefined, allowPorts));
  if (signKey !== undefined) {
    refuseWithout('token-plugin', { 'host-token': hostToken });
    return named('sign-key', async () => {
      const secret = await readRegularFile(signKey);
      const target = signedTargets(secret.trim(), { ...given, once: signOnce });
      return { target, close: nothing };
    });
  }
  refuseWithout('sign-key', { 'sign-once': signOnce });
  if (plugin === undefined || source === undefined) {
    refuseWithout('token-plugin or --sign-key', { 'host-token': hostToken });
    const rules = { 'allow-network': allowNetworks, 'allow-port': allowPorts };
    refuseWithout('token-plugin, --sign-key or --relay-v4', !given.relayV4 && rules);
    return { target: undefined, close: nothing };
  }
  const option = targetConfig === undefined ? 'token-plugin' : 'target-config';
  const tokens = await named(option, () => openTokenSource(plugin, source, { warn }));
  const target = tokenTargets(tokens, given);
  return { target, close: () => closePlugin(target) };
}

/** Clients that name their target reach nothing unless --allow-network allows it. */
function readRelay({
  relayV4,
  allowNetworks,
  allowPorts,
}: AccessArguments): RelayRules | undefined {
  if (!relayV4) return undefined;
  if (!allowNetworks) refuseWithout('allow-network', { 'relay-v4': relayV4 });
  return { allowNetworks: allowNetworks ?? [], allowPorts };
}

async function nothing(): Promise<void> {}

function requirePair(one: string, first: unknown, other: string, second: unknown): void {
  if (first !== undefined) refuseWithout(other, second === undefined && { [one]: true });
  else refuseWithout(one, { [other]: second });
}

/** Refuses whichever of the options were given: they mean nothing without the other one. */
function refuseWithout(other: string, options: Readonly<Record<string, unknown>> | false): void {
  for (const [name, value] of Object.entries(options || {})) {
    if (value !== undefined) throw new RangeError(`Cannot use --${name} without --${other}`);
  }
}

/** Names the option in front of an error's message. */
async function named<T>(option: string, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new RangeError(`--${option}: ${plainMessageOf(error)}`, { cause: error });
  }
}
