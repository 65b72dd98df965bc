/**
 * `websock-bridge replay FILE`: a bridge whose target is a recording.
 */
import type { Warn } from '../access/plugin.js';
import { type Replay, startReplay } from '../replay/replay.js';
import type { Given } from './option.js';
import { refuseOtherTargets } from './other-targets.js';

const DEFAULT_SPEED = 1;

/** The arguments, split into the file of `replay FILE` and the rest. */
export interface ReplayArguments {
  /** The file, if any. */
  readonly recording: string | undefined;
  readonly words: readonly string[];
}

/** Takes `replay FILE` off the arguments. Throws a RangeError for options that do not go with it. */
export function takeReplay(given: Given, positionals: readonly string[]): ReplayArguments {
  const [command, recording, ...words] = positionals;
  if (command !== 'replay') {
    if (given.speed === undefined) return { recording: undefined, words: positionals };
    throw new RangeError('Cannot use --speed: expected replay FILE as well');
  }
  refuseOtherTargets(given, 'a recording', {
    'ssl-target': given.sslTarget,
    'target-ca': given.targetTls.ca,
    'target-servername': given.targetTls.serverName,
    'send-proxy': given.bridge.sendProxy,
  });
  if (recording === undefined) throw new RangeError('Cannot replay: expected a file after replay');
  return { recording, words };
}

/** Starts serving a recording. */
export function openReplay(
  path: string,
  { speed = DEFAULT_SPEED }: Given,
  warn: Warn,
): Promise<Replay> {
  return startReplay({ path, speed, warn });
}

/** Reads the speed of a replay, as a factor. */
export function readSpeed(text: string): number {
  const speed = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || speed < 0.01 || speed > 1000) {
    throw new RangeError('expected a number from 0.01 to 1000');
  }
  return speed;
}
