/** An option that was given. */
import type { Option } from './option.js';

/** One option that was given, and its value as text, `''` for a flag. */
export interface Setting {
  readonly option: Option;
  readonly text: string;
  /** Its name in the place where it was given: `--web`, `WEBSOCK_BRIDGE_WEB` or `web in bridge.toml`. */
  readonly name: string;
  /** The path of the file that contains its text, if that is a file. */
  readonly file?: string;
}

/** The text of a flag that is switched off. Off is the default, but overrides a flag that a lower level switches on. */
export const OFF = 'off';
