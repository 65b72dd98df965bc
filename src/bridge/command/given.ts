/**
 * Turns settings into values, each in its place, and opens the plug-ins that they name.
 */
import type { Warn } from '../access/plugin.js';
import { openAccess } from './access.js';
import type { Given } from './option.js';
import { OFF, type Setting } from './setting.js';

/**
 * Reads settings. Those of a table replace the bridge's own, so a flag that is off counts there. Throws a RangeError for a
 * value that can't be used.
 */
export function readGiven(settings: readonly Setting[], isTable = false): Given {
  const given: Given = { bridge: {}, tls: {}, targetTls: {}, access: {}, record: {} };
  for (const setting of settings) apply(setting, given, isTable);
  return given;
}

/** Adds to `given` what tokens, signatures and authenticators decide. Resolves with a function that closes the plug-ins. */
export async function applyAccess(given: Given, warn: Warn): Promise<() => Promise<void>> {
  if (given.access.authPlugin === 'ClientCertCNAuth' && !given.tls.verifyClient) {
    throw new RangeError('Cannot use --auth-plugin ClientCertCNAuth without --verify-client');
  }
  const { target, relayV4, authenticate, origins, close } = await openAccess(given.access, warn);
  if (target && given.target) {
    throw new RangeError('Cannot use --unix-target: the target comes from a token or a signature');
  }
  if (target) given.target = target;
  if (relayV4) given.bridge.relayV4 = relayV4;
  if (authenticate) given.bridge.authenticate = authenticate;
  if (origins.length > 0) {
    given.bridge.allowOrigins = [...(given.bridge.allowOrigins ?? []), ...origins];
  }
  return close;
}

/** Stores an option's value in its place. */
function apply({ option, text, name }: Setting, given: Given, isTable: boolean): void {
  const { sets, value: hasValue, read = String, repeatable, isSecret } = option;
  const isOff = hasValue === undefined && text === OFF;
  if (sets === undefined || (isOff && !isTable)) return;
  const [, part, member = ''] = /^(?:(\w+)\.)?(\w+)$/.exec(sets) ?? [];
  const place = (part ? given[part as keyof Given] : given) as Record<string, unknown>;
  try {
    const value = hasValue === undefined ? !isOff : read(text);
    place[member] = repeatable ? [...((place[member] as unknown[]) ?? []), value] : value;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const shown = isSecret ? '' : ` ${JSON.stringify(text)}`;
    throw new RangeError(`Cannot use ${name}${shown}: ${error.message}`);
  }
}
