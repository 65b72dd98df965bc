/** An option that was given. */
import type { Option } from './option.js';

/** One option that was given a value, `''` for a flag. */
export interface Setting {
  readonly option: Option;
  readonly text: string;
  /** How whoever gave it calls it: `--web`, `WEBSOCK_BRIDGE_WEB` or `web in bridge.toml`. */
  readonly name: string;
}

/** The text of a flag that is switched off: that is the default, and counts against one that is given below. */
export const OFF = 'off';
