/**
 * The formats that a session can be recorded in.
 */
import { Asciicast } from './asciicast.js';
import { NovncScript } from './novnc-script.js';
import type { Transcript } from './transcript.js';

interface Format {
  /** The ending of the file's name. */
  readonly suffix: string;
  readonly begin: (started: Date) => Transcript;
}

/** The formats by name. */
export const FORMATS = {
  novnc: { suffix: '.js', begin: () => new NovncScript() },
  asciicast: { suffix: '.cast', begin: (started) => new Asciicast(started) },
} as const satisfies Record<string, Format>;

/** The name of a recording format. */
export type RecordFormat = keyof typeof FORMATS;
