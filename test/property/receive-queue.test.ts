import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReceiveQueue, ReceiveUnderflowError } from '../../src/index.js';
import { join, pattern, same } from '../helpers/bytes.js';

/** Sizes around the thresholds at which the queue gathers or adopts messages. */
const anySize = fc.oneof(
  { weight: 4, arbitrary: fc.nat(40) },
  { weight: 2, arbitrary: fc.integer({ min: 4000, max: 4200 }) },
  { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 140_000 }) },
);

/** The reads, and their expected results on an array of all unread bytes. */
const reads = {
  readUint8: { size: 1, of: (v: DataView) => v.getUint8(0) },
  readInt8: { size: 1, of: (v: DataView) => v.getInt8(0) },
  readUint16: { size: 2, of: (v: DataView, le?: boolean) => v.getUint16(0, le) },
  readInt16: { size: 2, of: (v: DataView, le?: boolean) => v.getInt16(0, le) },
  readUint32: { size: 4, of: (v: DataView, le?: boolean) => v.getUint32(0, le) },
  readInt32: { size: 4, of: (v: DataView, le?: boolean) => v.getInt32(0, le) },
  readBigUint64: { size: 8, of: (v: DataView, le?: boolean) => v.getBigUint64(0, le) },
  readFloat32: { size: 4, of: (v: DataView, le?: boolean) => v.getFloat32(0, le) },
  readFloat64: { size: 8, of: (v: DataView, le?: boolean) => v.getFloat64(0, le) },
} as const;

/** The stream as one array with a position; the queue must behave the same. */
interface Model {
  stream: Uint8Array;
  position: number;
  /** The furthest position so far: the 64 KiB before it are kept. */
  furthest: number;
}

const KEPT = 64 * 1024;

type Command = fc.Command<Model, ReceiveQueue>;

const unread = (model: Model): Uint8Array => model.stream.subarray(model.position);

function consume(model: Model, n: number): void {
  model.position += n;
  model.furthest = Math.max(model.furthest, model.position);
}

class Push implements Command {
  constructor(readonly size: number) {}
  check = (): boolean => true;
  run(model: Model, queue: ReceiveQueue): void {
    const chunk = pattern(this.size, model.stream.length);
    model.stream = join([model.stream, chunk]);
    queue.push(chunk);
    expect(queue.length).toBe(model.stream.length - model.position);
  }
  toString = (): string => `push(${this.size})`;
}

class Read implements Command {
  constructor(
    readonly name: keyof typeof reads,
    readonly littleEndian: boolean,
  ) {}
  check = (): boolean => true;
  run(model: Model, queue: ReceiveQueue): void {
    const { size, of } = reads[this.name];
    const bytes = unread(model);
    if (bytes.length < size) {
      expect(() => queue[this.name](this.littleEndian)).toThrow(ReceiveUnderflowError);
    } else {
      const expected = of(new DataView(bytes.slice(0, size).buffer), this.littleEndian);
      expect(queue[this.name](this.littleEndian)).toBe(expected);
      consume(model, size);
    }
    expect(queue.length).toBe(unread(model).length);
  }
  toString = (): string => `${this.name}(${this.littleEndian})`;
}

/** The reads that take a length: peeking or not, as a copy or a view, into an array, as text. */
class Take implements Command {
  constructor(
    readonly kind: 'copy' | 'view' | 'into' | 'latin1' | 'skip' | 'peek' | 'peekView' | 'tryFail',
    readonly size: number,
  ) {}
  check = (): boolean => true;
  run(model: Model, queue: ReceiveQueue): void {
    const bytes = unread(model);
    if (this.size > bytes.length) {
      expect(() => this.#take(queue)).toThrow(ReceiveUnderflowError);
    } else {
      const expected = bytes.subarray(0, this.size);
      const result = this.#take(queue);
      if (result) expect(same(result, expected)).toBe(true);
      if (!['peek', 'peekView', 'tryFail'].includes(this.kind)) consume(model, this.size);
    }
    expect(queue.length).toBe(unread(model).length);
  }
  #take(queue: ReceiveQueue): Uint8Array | undefined {
    switch (this.kind) {
      case 'copy':
        return queue.readBytes(this.size);
      case 'view':
        return queue.readBytes(this.size, { copy: false });
      case 'into': {
        const target = new Uint8Array(this.size);
        queue.readInto(target);
        return target;
      }
      case 'latin1':
        return Buffer.from(queue.readLatin1(this.size), 'latin1');
      case 'skip':
        return void queue.skip(this.size);
      case 'peek':
        return queue.peekBytes(this.size);
      case 'peekView':
        return queue.peekBytes(this.size, { copy: false });
      case 'tryFail': {
        // Reads, steps back a little, then runs short: none of this may have an effect.
        let seen: Uint8Array | undefined;
        queue.peekBytes(this.size);
        const result = queue.tryRead(() => {
          seen = queue.readBytes(this.size);
          queue.rewind(this.size >> 1);
          queue.tryRead(() => queue.skip(queue.length + 1));
          return queue.readBytes(queue.length + 1);
        });
        expect(result).toBeUndefined();
        return seen;
      }
    }
  }
  toString = (): string => `${this.kind}(${this.size})`;
}

class Rewind implements Command {
  constructor(readonly size: number) {}
  check = (model: Readonly<Model>): boolean =>
    model.position - this.size >= Math.max(0, model.furthest - KEPT);
  run(model: Model, queue: ReceiveQueue): void {
    queue.rewind(this.size);
    model.position -= this.size;
    expect(queue.length).toBe(unread(model).length);
    if (queue.length > 0) expect(queue.peekUint8()).toBe(unread(model)[0]);
  }
  toString = (): string => `rewind(${this.size})`;
}

class IndexOf implements Command {
  constructor(
    readonly at: number,
    readonly size: number,
    readonly from: number,
  ) {}
  check = (): boolean => true;
  run(model: Model, queue: ReceiveQueue): void {
    const bytes = unread(model);
    const run = bytes.length > 0 ? bytes.slice(this.at % bytes.length).slice(0, this.size) : bytes;
    const wanted = run.length > 0 ? run : Uint8Array.of(0);
    const expected = Buffer.from(bytes).indexOf(wanted, this.from);
    expect(queue.indexOf(wanted, this.from)).toBe(this.from > bytes.length ? -1 : expected);
    if (wanted.length === 1) expect(queue.indexOf(wanted[0], this.from)).toBe(expected);
  }
  toString = (): string => `indexOf(${this.at}, ${this.size}, ${this.from})`;
}

describe('ReceiveQueue', () => {
  it('behaves like one array with a position, whatever the commands', () => {
    const commands = [
      anySize.map((n) => new Push(n)),
      anySize.map((n) => new Push(n)),
      fc
        .tuple(fc.constantFrom(...(Object.keys(reads) as (keyof typeof reads)[])), fc.boolean())
        .map((args) => new Read(...args)),
      fc
        .tuple(
          fc.constantFrom(
            ...(['copy', 'view', 'into', 'latin1', 'skip', 'peek', 'peekView', 'tryFail'] as const),
          ),
          anySize,
        )
        .map((args) => new Take(...args)),
      fc.nat(KEPT).map((n) => new Rewind(n)),
      fc
        .tuple(fc.nat(), fc.integer({ min: 1, max: 5 }), fc.nat(5000))
        .map((a) => new IndexOf(...a)),
    ];
    fc.assert(
      fc.property(fc.commands(commands, { size: '+1' }), (run) => {
        fc.modelRun(
          () => ({
            model: { stream: new Uint8Array(0), position: 0, furthest: 0 },
            real: new ReceiveQueue(),
          }),
          run,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('gives the same reads however the bytes are split', () => {
    const steps = fc.array(
      fc.tuple(fc.constantFrom(...(Object.keys(reads) as (keyof typeof reads)[])), anySize),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(steps, fc.array(anySize, { minLength: 1, maxLength: 30 }), (program, cuts) => {
        const total = program.reduce((sum, [name, n]) => sum + reads[name].size + n, 0);
        /** A plain sequential parser, which does not care how the bytes arrive. */
        const parse = (queue: ReceiveQueue): unknown[] =>
          program.map(([name, n]) => [
            queue[name](),
            Buffer.from(queue.readBytes(n)).toString('latin1'),
          ]);

        const whole = new ReceiveQueue();
        whole.push(pattern(total));
        const expected = parse(whole);

        const cut = new ReceiveQueue();
        let result: unknown[] | undefined;
        for (let at = 0, i = 0; at < total; i++) {
          expect(result).toBeUndefined();
          const next = Math.min(total, at + Math.max(1, cuts[i % cuts.length]));
          cut.push(pattern(next - at, at));
          at = next;
          // Trying after each of very many messages would take quadratic time.
          if (i < 200 || at === total) result = cut.tryRead(() => parse(cut));
        }
        result ??= cut.tryRead(() => parse(cut));
        expect(result).toEqual(expected);
        expect(cut.length).toBe(0);
      }),
      { numRuns: 100 },
    );
  });
});
