/**
 * Records the sessions of a bridge, each to a file of its own. The names of the files contain nothing that a client or a
 * target sends.
 */
import { randomBytes } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { OptionError } from '../../base/option-error.js';
import { FORMATS, type RecordFormat } from './format.js';
import { Recording } from './recording.js';
import { Room } from './room.js';

/** How to record every WebSocket session. */
export interface RecordOptions {
  /** What the names of the files begin with: `dir/desk` becomes `dir/desk.TIME.RANDOM.js`. The directory must exist. */
  readonly path: string;
  /** The most bytes in one file, at least 1,024; the recording then ends, its session continues. Default 1 GiB; 0: no limit. */
  readonly limit?: number | undefined;
  /** `novnc` (default), a script for noVNC's player, or `asciicast` (v2) for text sessions. */
  readonly format?: RecordFormat | undefined;
}

const LIMIT = 1024 * 1024 * 1024;
const MIN_LIMIT = 1024;

/** Makes the recordings. */
export class Recorder {
  readonly #path: string;
  readonly #limit: number;
  readonly #format: RecordFormat;
  readonly #room = new Room();
  readonly #open = new Set<Recording>();
  #onAbandoned = () => {};
  readonly #abandoned = new Promise<void>((resolve) => (this.#onAbandoned = resolve));
  #last: Promise<unknown> = Promise.resolve();

  /** Throws an OptionError for options that can't be used. */
  constructor({ path, limit = LIMIT, format = 'novnc' }: RecordOptions) {
    if (!Object.hasOwn(FORMATS, format)) {
      const rule = `expected one of ${Object.keys(FORMATS).join(', ')}`;
      throw new OptionError('record.format', `Cannot record as "${String(format)}": ${rule}`);
    }
    if (!Number.isSafeInteger(limit) || (limit !== 0 && limit < MIN_LIMIT)) {
      const rule = `expected 0 or an integer from ${MIN_LIMIT}`;
      throw new OptionError('record.limit', `Cannot limit a recording to ${limit} bytes: ${rule}`);
    }
    requireDirectory(path);
    const { suffix } = FORMATS[format];
    this.#path = path.endsWith(suffix) ? path.slice(0, -suffix.length) : path;
    this.#limit = limit;
    this.#format = format;
  }

  /** Begins to record a session. `onCut` is called once, with the reason, if the file does not hold the whole session. */
  record(onCut: (path: string, why: string) => void): Recording {
    const { suffix, begin } = FORMATS[this.#format];
    const started = new Date();
    const time = started.toISOString().replace(/[:.]/g, '-');
    const path = `${this.#path}.${time}.${randomBytes(4).toString('hex')}${suffix}`;
    const recording = new Recording({
      path,
      transcript: begin(started),
      limit: this.#limit,
      room: this.#room,
      inTurn: (task) => this.#inTurn(task),
      onCut: (why) => onCut(path, why),
    });
    this.#open.add(recording);
    void recording.ended.then(() => this.#open.delete(recording));
    return recording;
  }

  /** Resolves when all recordings have ended and are in their files, or were abandoned. */
  async close(): Promise<void> {
    const ended = Promise.all([...this.#open].map((recording) => recording.ended));
    await Promise.race([ended, this.#abandoned]);
  }

  /** Stops waiting for the disk. */
  abandon(): void {
    this.#onAbandoned();
  }

  /**
   * Runs one task at a time: a disk that hangs then blocks only one of the few threads that do all file work and name look-ups
   * of the process.
   */
  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }
}

function requireDirectory(path: string): void {
  const directory = dirname(path);
  const fail = (rule: string) => {
    throw new OptionError('record.path', `Cannot record to ${JSON.stringify(path)}: ${rule}`);
  };
  if (path === '' || /[\\/]$/.test(path) || ['.', '..'].includes(basename(path))) {
    fail('expected the path of a file');
  }
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    fail(`${join(directory, '.')} is not a directory`);
  }
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
  } catch {
    fail(`the directory ${directory} is not writable`);
  }
}
