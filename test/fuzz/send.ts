/**
 * Random writes to a queue whose sink changes its room, throws, and writes to the queue itself: all accepted bytes leave
 * once and in order.
 */
import { SendQueue, WebsockError, type SendSink } from '../../src/index.js';
import type { Journal } from './journal.js';
import { anyBytes, anyMessage, overwrite } from './material.js';
import { weighted, type Random } from './random.js';
import { anySize, LARGEST, NUMBERS } from './sizes.js';
import { Tape } from './tape.js';

/** How deep the sink's own writes may nest. */
const DEEPEST = 2;

/** The error that the sink throws instead of accepting a message. */
const SINK_ERROR = new Error('thrown by the sink');

/** Values for all options: some around the size of a number, some as sockets use them. */
const SIZES = [1, 2, 5, 8, 9, 100, 1000, 10 * 1024, 64 * 1024];

/** This object itself is the queue's sink. */
export class SendFuzz implements SendSink {
  readonly #random: Random;
  readonly #journal: Journal;

  readonly #options: { bufferSize: number; limit: number; maxMessageSize: number };
  readonly #queue: SendQueue;
  /** The bytes that the queue has accepted and not yet sent. */
  readonly #tape = new Tape(0);

  #room = 0;
  /** Whether the sink accepts everything and does nothing else. */
  #calm = false;
  #depth = 0;

  readonly #commands = weighted([
    [6, () => this.#number()],
    [6, () => this.#bytes()],
    [2, () => this.#text()],
    [3, () => this.#flush()],
    [2, () => this.#changeRoom()],
  ]);

  constructor(random: Random, journal: Journal) {
    this.#random = random;
    this.#journal = journal;
    this.#options = {
      bufferSize: random.pick(SIZES),
      limit: random.pick([...SIZES, LARGEST, 16 * LARGEST]),
      maxMessageSize: random.pick(SIZES),
    };
    this.#queue = new SendQueue(this, this.#options);
  }

  step(): void {
    this.#random.pick(this.#commands)();
  }

  /** Lets all waiting bytes leave. */
  finish(): void {
    this.#calm = true;
    this.#room = Infinity;
    this.#flush();
    this.#journal.compare('length at the end', this.#tape.unread, 0);
  }

  get room(): number {
    return this.#room;
  }

  send(bytes: Uint8Array): void {
    const [random, tape] = [this.#random, this.#tape];
    const { length } = bytes;
    this.#journal.note('- leave', length);
    if (this.#room === 0) throw new Error('a message left without room');
    if (length === 0) throw new Error('an empty message left');
    if (length > this.#options.maxMessageSize) throw new Error(`a message of ${length} bytes left`);
    if (!this.#calm) {
      if (this.#depth < DEEPEST && random.oneIn(16)) this.#writeWhileSending();
      if (random.oneIn(16)) throw SINK_ERROR;
    }
    // Compare only now: the sink's own writes must not affect the message.
    this.#journal.compare('what left', bytes, tape.next(length));
    tape.move(length);
    this.#room = Math.max(0, this.#room - length);
  }

  #writeWhileSending(): void {
    this.#depth++;
    for (let n = this.#random.below(4); n > 0; n--) this.#random.pick(this.#commands)();
    this.#depth--;
  }

  #write(name: string, bytes: Uint8Array, run: () => void): void {
    const [tape, queue, { limit }] = [this.#tape, this.#queue, this.#options];
    const { length } = bytes;
    this.#journal.note(name, length);
    // Bytes that the sink has room for need not wait.
    const overflow = queue.length + length - this.#room > limit;
    tape.append(bytes);
    const overflowed = this.#overflows(run);
    this.#journal.compare('overflow', overflowed, overflow);
    if (overflowed) tape.retract(length);
    this.#journal.compare('length', queue.length, tape.unread);
  }

  /** Whether a write is refused. If the sink throws, the queue has accepted the write. */
  #overflows(run: () => void): boolean {
    try {
      run();
      return false;
    } catch (error) {
      if (error === SINK_ERROR) return false;
      if (error instanceof WebsockError && error.code === 'ERR_SEND_OVERFLOW') return true;
      throw error;
    }
  }

  #number(): void {
    const [random, queue] = [this.#random, this.#queue];
    const littleEndian = random.pick([undefined, false, true]);
    const expected = new DataView(new ArrayBuffer(8));
    if (random.oneIn(8)) {
      const value = BigInt(random.next()) * BigInt(-random.next());
      expected.setBigUint64(0, value, littleEndian);
      const write = (): void => queue.writeBigUint64(value, littleEndian);
      return this.#write('writeBigUint64', new Uint8Array(expected.buffer), write);
    }
    const [kind, size] = random.pick(NUMBERS);
    const value = random.pick([1, -1, 1 / 7, 1e6]) * random.next();
    expected[`set${kind}`](0, value, littleEndian);
    const bytes = new Uint8Array(expected.buffer, 0, size);
    this.#write(`write${kind}`, bytes, () => queue[`write${kind}`](value, littleEndian));
  }

  #bytes(): void {
    const bytes = anyBytes(this.#random, this.#anyLength());
    // A nested write must not reuse the memory of the message being sent.
    const message = this.#depth > 0 ? bytes.slice() : anyMessage(this.#random, bytes);
    this.#write('writeBytes', bytes, () => this.#queue.writeBytes(message));
    overwrite(message);
  }

  #text(): void {
    const [random, queue] = [this.#random, this.#queue];
    const bytes = anyBytes(random, Math.min(1000, this.#anyLength()));
    const latin1 = Buffer.from(bytes).toString('latin1');
    const utf16 = Buffer.from(bytes).toString('utf8');
    // Cut anywhere, as half of a surrogate pair is not a character.
    const cut = utf16.slice(random.below(2), utf16.length - random.below(2));
    if (random.oneIn(2)) this.#write('writeLatin1', bytes, () => queue.writeLatin1(latin1));
    else this.#write('writeUtf8', Buffer.from(cut), () => queue.writeUtf8(cut));
  }

  #flush(): void {
    this.#journal.note('flush', this.#queue.length);
    if (this.#overflows(() => this.#queue.flush())) throw new Error('flush() overflows');
    this.#journal.compare('length', this.#queue.length, this.#tape.unread);
  }

  #changeRoom(): void {
    const { maxMessageSize } = this.#options;
    this.#room = this.#random.pick([
      0,
      0,
      1,
      maxMessageSize,
      3 * maxMessageSize,
      LARGEST,
      Infinity,
    ]);
    this.#journal.note('- room', this.#room);
  }

  /** Mostly a few bytes, or about as many as an option's value; not so many that they need very many messages. */
  #anyLength(): number {
    const [random, { bufferSize, limit, maxMessageSize }] = [this.#random, this.#options];
    if (random.below(8) < 5) return random.below(20);
    const edge = random.pick([bufferSize, maxMessageSize, limit - this.#queue.length]);
    const length = random.oneIn(2) ? anySize(random) : edge + random.between(-2, 2);
    return Math.max(0, Math.min(length, LARGEST, 50 * maxMessageSize));
  }
}
