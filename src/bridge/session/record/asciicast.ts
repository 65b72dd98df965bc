/**
 * Writes text sessions as asciicasts.
 */
import { AsciicastWriter } from '../../../inspect/asciicast.js';
import type { Sender, Transcript } from './transcript.js';

export class Asciicast implements Transcript {
  readonly #started: Date;
  readonly #writer = new AsciicastWriter();

  constructor(started: Date) {
    this.#started = started;
  }

  begin(): Buffer {
    return Buffer.from(this.#writer.begin(this.#started));
  }

  add(sender: Sender, time: number, bytes: Buffer): Buffer {
    return Buffer.from(this.#writer.add(sender === 'client' ? 'client' : 'server', time, bytes));
  }

  end(): Buffer {
    return Buffer.alloc(0);
  }
}
