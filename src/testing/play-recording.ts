/**
 * Plays the server of a recorded session, without a network and without its pauses.
 */
import { refuseUnknown } from '../known-options.js';
import type { DeliverOptions, FakeChannel } from './fake-channel.js';
import { parseRecording, type RecordedPart } from './recording.js';

/** How {@link playRecording} plays. */
export interface PlayRecordingOptions extends DeliverOptions {
  /**
   * What the server waits for: the bytes that the client sent in the recording (`same`, the default), any bytes of that number
   * (`any`), or nothing (`none`).
   */
  client?: 'same' | 'any' | 'none' | undefined;
}

/**
 * Plays the server of a recording on an open channel: it delivers what the server sent, in order, and waits in between for what the
 * client sent, including what it had sent before this call. Resolves when both have sent everything.
 * @throws Error when the client closes before the end or, with `same`, sends anything other than what was recorded
 * @throws SyntaxError for text that is not a recording; TypeError for an unknown option
 *
 * @example
 * const channel = new FakeWebSocket().open();
 * sock.attach(channel);
 * await playRecording(channel, readFileSync('desk.js', 'utf8'));
 */
export async function playRecording(
  channel: FakeChannel,
  recording: string | Iterable<RecordedPart>,
  options: PlayRecordingOptions = {},
): Promise<void> {
  refuseUnknown(options, { sizes: 1, client: 1 });
  const { sizes, client = 'same' } = options;
  const parts = [...(typeof recording === 'string' ? parseRecording(recording) : recording)];
  const expected = client === 'none' ? [] : parts.filter(({ from }) => from === 'client');
  const sender = new Sender(channel, join(expected), client === 'same');
  try {
    for (const { from, bytes } of parts) {
      if (from === 'server') channel.deliver(bytes, { sizes });
      else if (client !== 'none') await sender.hasSent(bytes.length);
    }
    await sender.hasSent(0);
  } finally {
    channel.onclient = null;
  }
}

/** The states of a channel that the client has closed. */
const OVER: ReadonlySet<unknown> = new Set([2, 3, 'closing', 'closed']);

/** Follows the client, and compares it with what it sent in the recording. */
class Sender {
  readonly #channel: FakeChannel;
  readonly #expected: Uint8Array;
  /** How many messages and bytes of the client have been seen. */
  #messages = 0;
  #seen = 0;
  #wanted = 0;
  #failure: Error | undefined;
  #onNews = () => {};

  constructor(channel: FakeChannel, expected: Uint8Array, isCompared: boolean) {
    this.#channel = channel;
    this.#expected = expected;
    channel.onclient = () => {
      this.#look(isCompared);
      this.#onNews();
    };
    this.#look(isCompared);
  }

  /** Resolves when the client has sent this many more bytes. */
  async hasSent(bytes: number): Promise<void> {
    this.#wanted += bytes;
    while (!this.#failure && this.#seen < this.#wanted) {
      if (OVER.has(this.#channel.readyState)) this.#fail('closed');
      else await new Promise<void>((resolve) => (this.#onNews = resolve));
    }
    if (this.#failure) throw this.#failure;
  }

  #look(isCompared: boolean): void {
    const { sent } = this.#channel;
    for (; this.#messages < sent.length; this.#messages++) {
      const message = sent[this.#messages];
      const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : message;
      for (const byte of bytes) {
        const expected = this.#expected[this.#seen];
        if (isCompared && byte !== expected) this.#fail(`sent ${name(byte)}`);
        this.#seen++;
      }
    }
  }

  #fail(what: string): void {
    const at = this.#seen;
    const expected = name(this.#expected[at]);
    this.#failure ??= new Error(
      `Cannot continue: byte ${at} of the recorded client is ${expected}, but this one ${what}`,
    );
  }
}

function name(byte: number | undefined): string {
  return byte === undefined ? 'past its end' : `0x${byte.toString(16).padStart(2, '0')}`;
}

function join(parts: readonly RecordedPart[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, { bytes }) => size + bytes.length, 0));
  let at = 0;
  for (const { bytes } of parts) {
    all.set(bytes, at);
    at += bytes.length;
  }
  return all;
}
