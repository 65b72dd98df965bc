/**
 * The recording of one session: a tap that writes to a file. The session never waits for it. If the disk can't keep up, or a
 * write fails, the recording ends and the session continues.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { plainMessageOf } from '../../base/text.js';
import type { Tap } from '../tap.js';
import type { Sender, Transcript } from './transcript.js';
import type { Room } from './room.js';

/** Creates a new file, which only its owner may read: a file that has that name already stays as it is. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
const MODE = 0o600;

/** The options of a recording. */
export interface RecordingOptions {
  readonly path: string;
  readonly transcript: Transcript;
  /** The most bytes in the file; 0: no limit. */
  readonly limit: number;
  /** The memory for what is not written yet. */
  readonly room: Room;
  /** Runs a task once those before it are done. */
  readonly inTurn: <T>(task: () => Promise<T>) => Promise<T>;
  /** Called once, if the file does not hold the whole session. */
  readonly onCut: (why: string) => void;
}

export class Recording implements Tap {
  readonly #options: RecordingOptions;
  readonly #started = performance.now();
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Bytes that are in the file or will be. */
  #size = 0;
  #isRecording = true;
  #isWhole = true;
  /** Whether a write is under way, or the file is being opened. */
  #isBusy = true;
  #file: FileHandle | undefined;
  readonly #onEnd: () => void;
  /** Resolves when the file is closed; never rejects. */
  readonly ended: Promise<void>;

  constructor(options: RecordingOptions) {
    this.#options = options;
    let onEnd = () => {};
    this.ended = new Promise((resolve) => (onEnd = resolve));
    this.#onEnd = onEnd;
    this.#queue(options.transcript.begin());
    void this.#open();
  }

  fromClient(bytes: Buffer): void {
    this.#add('client', bytes);
  }

  fromTarget(bytes: Buffer): void {
    this.#add('target', bytes);
  }

  /** The session is over: nothing more comes. */
  end(): void {
    this.#stop();
  }

  #add(sender: Sender, bytes: Buffer): void {
    if (!this.#isRecording) return;
    const { transcript, limit, room } = this.#options;
    const piece = transcript.add(sender, performance.now() - this.#started, bytes);
    if (limit > 0 && this.#size + piece.length + transcript.end().length > limit) {
      this.#cut(`it reached its limit of ${limit} bytes`);
    } else if (!room.has(this.#waitingBytes, piece.length)) {
      this.#cut('the disk cannot keep up');
    } else {
      this.#queue(piece);
    }
  }

  #cut(why: string): void {
    this.#stop();
    this.#tell(why);
  }

  #tell(why: string): void {
    if (!this.#isWhole) return;
    this.#isWhole = false;
    this.#options.onCut(why);
  }

  /** Ends the file, after what is waiting. */
  #stop(): void {
    if (!this.#isRecording) return;
    this.#isRecording = false;
    this.#queue(this.#options.transcript.end());
  }

  #queue(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#waitingBytes += bytes.length;
    this.#options.room.take(bytes.length);
    this.#waiting.push(bytes);
    if (!this.#isBusy) void this.#write();
  }

  async #open(): Promise<void> {
    const { path, inTurn } = this.#options;
    try {
      this.#file = await inTurn(() => open(path, FLAGS, MODE));
    } catch (error) {
      this.#fail(error);
    }
    await this.#write();
  }

  /** Writes everything that is waiting, and closes the file if the recording is over. */
  async #write(): Promise<void> {
    const { room, inTurn } = this.#options;
    this.#isBusy = true;
    for (;;) {
      const file = this.#file;
      if (!file || this.#waiting.length === 0) break;
      const batch = Buffer.concat(this.#waiting);
      this.#waiting = [];
      try {
        await inTurn(() => writeAll(file, batch));
      } catch (error) {
        this.#fail(error);
      }
      this.#waitingBytes -= batch.length;
      room.give(batch.length);
    }
    this.#isBusy = false;
    if (this.#isRecording) return;
    room.give(this.#waitingBytes);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#close();
    this.#onEnd();
  }

  #fail(error: unknown): void {
    this.#isRecording = false;
    this.#tell(plainMessageOf(error));
    void this.#close();
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    // Some file systems report only here that they are full.
    await file?.close().catch((error: unknown) => this.#tell(plainMessageOf(error)));
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at);
    at += bytesWritten;
  }
}
