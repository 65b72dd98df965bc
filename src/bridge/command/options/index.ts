/** The options of the command line, in the order and the groups of `--help`. */
import type { Option, OptionGroup } from '../option.js';
import { ACCESS } from './access.js';
import { FILES } from './files.js';
import { LIMITS } from './limits.js';
import { LISTENING } from './listening.js';
import { LOG } from './log.js';
import { PORT } from './port.js';
import { PROXIES } from './proxies.js';
import { RECORDING } from './recording.js';
import { RESUMABLE } from './resumable.js';
import { RUNNING } from './running.js';
import { TARGET } from './target.js';
import { TLS } from './tls.js';

export const GROUPS: readonly OptionGroup[] = [
  TARGET,
  LISTENING,
  TLS,
  PORT,
  ACCESS,
  PROXIES,
  FILES,
  LIMITS,
  RESUMABLE,
  RUNNING,
  LOG,
  RECORDING,
];

/** Every option. */
export const OPTIONS: readonly Option[] = GROUPS.flatMap(({ options }) => options);
