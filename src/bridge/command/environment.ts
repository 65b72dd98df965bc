/**
 * Options in the environment: `WEBSOCK_BRIDGE_` and the option's name.
 */
import { plainMessageOf } from '../base/text.js';
import { hint } from './hint.js';
import type { Option } from './option.js';
import { readSecret } from './secret-file.js';
import { OFF, type Setting } from './setting.js';

const PREFIX = 'WEBSOCK_BRIDGE_';

/** The variables that Kubernetes sets in every container for a service called `websock-bridge`. */
const OF_A_SERVICE = /^(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)$/;

/** Reads the variables. Rejects with a RangeError for one that names no option, or whose value can't be used. */
export async function readEnvironment(
  environment: NodeJS.ProcessEnv,
  options: readonly Option[],
): Promise<Setting[]> {
  const settings: Setting[] = [];
  for (const [name, value = ''] of Object.entries(environment)) {
    const key = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : 'CONFIG';
    if (key === 'CONFIG' || OF_A_SERVICE.test(key)) continue;
    settings.push(...(await readVariable(name, key, value, options)));
  }
  return settings;
}

async function readVariable(
  name: string,
  key: string,
  value: string,
  options: readonly Option[],
): Promise<Setting[]> {
  const named = key.toLowerCase().replaceAll('_', '-');
  const option = options.find((each) => each.name === named);
  if (option?.value === undefined && option) return readFlag(option, name, value);
  if (option) {
    const texts = option.repeatable ? value.split(/\s+/).filter(Boolean) : [value];
    return texts.map((text) => ({ option, text, name }));
  }
  const secret = options.find((each) => each.isSecret && `${each.name}-file` === named);
  if (!secret) {
    const names = options.map((each) => each.name);
    const near = hint(named, names, (each) => PREFIX + each.toUpperCase().replaceAll('-', '_'));
    throw new RangeError(`Cannot use ${name}: there is no such option${near}`);
  }
  try {
    return [{ option: secret, text: await readSecret(value), name, file: value }];
  } catch (error) {
    throw new RangeError(`Cannot use ${name}: ${plainMessageOf(error)}`, { cause: error });
  }
}

function readFlag(option: Option, name: string, value: string): Setting[] {
  if (/^(?:1|true|yes|on)$/i.test(value)) return [{ option, text: '', name }];
  if (/^(?:0|false|no|off|)$/i.test(value)) return [{ option, text: OFF, name }];
  throw new RangeError(`Cannot use ${name}: expected true or false, got ${JSON.stringify(value)}`);
}
