/**
 * The queue's memory: what is used without a copy, what is kept for `rewind()` and moved meanwhile, and what is reused.
 */
import { describe, expect, it } from 'vitest';
import { ReceiveQueue, Websock } from '../../../src/index.js';
import { FakeWebSocket } from '../../../src/testing/index.js';
import { pattern, same } from '../../helpers/bytes.js';

const KiB = 1024;

it('does not reuse the memory of bytes read before a frame while they are kept', () => {
  const queue = new ReceiveQueue();
  let total = 0;
  const push = (): void => queue.push(pattern(3000, (total += 3000) - 3000));
  // Enough for the next arena to be as large as the one that is abandoned for the frame.
  while (queue.length < 200 * KiB) push();
  queue.skip(190 * KiB);
  expect(queue.has(300 * KiB)).toBe(false);
  // The frame's memory fills up; later bytes go elsewhere.
  while (queue.length < 600 * KiB) push();
  queue.rewind(64 * KiB);
  const size = queue.length;
  expect(same(queue.readBytes(size), pattern(size, 126 * KiB))).toBe(true);
});

it('frees bytes read number by number as messages arrive', () => {
  const queue = new ReceiveQueue();
  for (let i = 0; i < 100; i++) {
    queue.push(new ArrayBuffer(4 * KiB));
    while (queue.length > 0) queue.readUint32();
  }
  expect(queue.kept).toBeLessThan(80 * KiB);
  queue.rewind(64 * KiB);
});

it('keeps the memory of a view until more bytes arrive, however many messages are read', () => {
  const queue = new ReceiveQueue();
  for (let i = 0; i < 4; i++) queue.push(pattern(300 * KiB, i * 300 * KiB));
  queue.skip(300 * KiB + 1);
  queue.rewind(64 * KiB + 1);
  const view = queue.readBytes(64 * KiB, { copy: false });
  for (let i = 0; i < 2; i++) queue.skip(300 * KiB);
  queue.skip(queue.length);
  expect(same(view, pattern(64 * KiB, 236 * KiB))).toBe(true);
});

it('keeps only the arrived bytes of a large frame when nobody waits for the rest', () => {
  const queue = new ReceiveQueue();
  expect(queue.has(300 * KiB)).toBe(false);
  queue.push(pattern(3000));
  queue.skip(3000);
  expect([queue.length, queue.kept]).toEqual([0, 3000]);
  queue.rewind(3000);
  expect(same(queue.readBytes(3000), pattern(3000))).toBe(true);
});

it('reuses memory when small messages straddle the reads', () => {
  const sock = new Websock();
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  const seen = new Set<ArrayBuffer>();
  sock.on('message', () => {
    while (!sock.rQwait('frame', 1012)) seen.add(sock.rQshiftBytes(1012, false).buffer);
  });
  for (let i = 0; i < 3000; i++) channel.deliver(new Uint8Array(1448));
  // 4 MB pass through two alternating arenas and the smaller ones before them.
  const arenas = [...seen].filter(({ byteLength }) => byteLength >= 8 * KiB);
  expect(arenas.length).toBeLessThan(10);
});

/** The memory that the next n bytes lie in. */
const memoryOf = (queue: ReceiveQueue, n: number): ArrayBuffer =>
  queue.peekBytes(n, { copy: false }).buffer;

describe('a message is used without a copy', () => {
  it('from 512 bytes on, when nothing is unread', () => {
    const queue = new ReceiveQueue();
    queue.push(new ArrayBuffer(10));
    queue.skip(10);
    const message = new ArrayBuffer(1000);
    queue.push(message);
    expect(memoryOf(queue, 1000)).toBe(message);
  });

  it('only from 4 KiB on, behind unread bytes', () => {
    const queue = new ReceiveQueue();
    const [short, long] = [new ArrayBuffer(1000), new ArrayBuffer(4096)];
    for (const message of [new ArrayBuffer(600), short, long]) queue.push(message);
    queue.skip(600);
    expect(memoryOf(queue, 1000)).not.toBe(short);
    queue.skip(1000);
    expect(memoryOf(queue, 4096)).toBe(long);
  });

  it('never if it is a small part of its memory, or the memory is resizable', () => {
    const queue = new ReceiveQueue();
    const large = new ArrayBuffer(1024 * KiB);
    queue.push(new Uint8Array(large, 0, 5000));
    expect(memoryOf(queue, 5000)).not.toBe(large);
    queue.skip(5000);
    const Resizable = ArrayBuffer as new (n: number, o: { maxByteLength: number }) => ArrayBuffer;
    for (const wrap of [
      (memory: ArrayBuffer) => memory,
      (memory: ArrayBuffer) => new Uint8Array(memory),
    ]) {
      const memory = new Resizable(5000, { maxByteLength: 10_000 });
      queue.push(wrap(memory));
      expect(memoryOf(queue, 5000)).not.toBe(memory);
      queue.skip(5000);
    }
  });
});

describe('the memory of an awaited frame', () => {
  /** A queue that waits for a frame; at least `come` of its bytes have arrived in small messages. */
  function waiting(frame: number, come: number): ReceiveQueue {
    const queue = new ReceiveQueue();
    expect(queue.has(frame)).toBe(false);
    for (let length = 0; length < come; length += 3000) queue.push(pattern(3000, length));
    return queue;
  }

  it('takes no large message behind one that it could not take', () => {
    const queue = waiting(300 * KiB, 3000);
    const message = new ArrayBuffer(50 * KiB);
    queue.push(new ArrayBuffer(100 * KiB));
    queue.push(message);
    queue.skip(3000 + 100 * KiB);
    expect(memoryOf(queue, 50 * KiB)).toBe(message);
  });

  it('takes no large message that it has no room for', () => {
    const queue = waiting(200 * KiB, 300_000);
    expect(queue.has(400 * KiB)).toBe(false);
    const message = new ArrayBuffer(60 * KiB);
    queue.push(message);
    queue.skip(300_000);
    expect(memoryOf(queue, 60 * KiB)).toBe(message);
  });

  it('takes no large message once the frame is complete', () => {
    const queue = waiting(200 * KiB, 210_000);
    const message = new ArrayBuffer(60 * KiB);
    queue.push(message);
    queue.skip(210_000);
    expect(memoryOf(queue, 60 * KiB)).toBe(message);
  });

  it('takes no small message once the frame is complete and large ones follow it', () => {
    const queue = waiting(300 * KiB, 3000);
    for (let i = 0; i < 4; i++) queue.push(new ArrayBuffer(100 * KiB));
    queue.push(new ArrayBuffer(100));
    queue.skip(3000 + 400 * KiB);
    expect(memoryOf(queue, 100).byteLength).toBeLessThan(256 * KiB);
  });

  it('takes no part of a larger message that is being read', () => {
    const queue = new ReceiveQueue();
    queue.push(pattern(400 * KiB));
    queue.skip(200 * KiB);
    expect(queue.has(400 * KiB)).toBe(false);
    queue.push(pattern(3000, 400 * KiB));
    queue.skip(1000);
    queue.push(pattern(3000, 400 * KiB + 3000));
    // This read frees the memory that need not be kept.
    queue.tryRead(() => queue.readUint8());
    queue.rewind(200 * KiB + 1001);
    const size = queue.length;
    expect(same(queue.readBytes(size), pattern(size))).toBe(true);
  });
});

describe('consumed bytes', () => {
  it('are kept to the last byte of 64 KiB', () => {
    const queue = new ReceiveQueue();
    for (const size of [5000, 64 * KiB - 1]) {
      queue.push(new ArrayBuffer(size));
      queue.skip(size);
    }
    queue.push(new ArrayBuffer(300 * KiB));
    queue.rewind(64 * KiB);
  });

  it('stay in place when the large message before them is freed', () => {
    const queue = new ReceiveQueue();
    const kept = new ArrayBuffer(70 * KiB);
    queue.tryRead(() => {
      queue.push(new ArrayBuffer(300 * KiB));
      queue.skip(300 * KiB);
      queue.push(kept);
      queue.skip(70 * KiB);
    });
    queue.rewind(1000);
    expect(memoryOf(queue, 1000)).toBe(kept);
  });
});

describe('after a gigabyte', () => {
  const MESSAGE = 16 * KiB;

  it('positions, kept bytes and the byte count are correct', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    const messages = Array.from({ length: 16 }, (_, i) => pattern(MESSAGE, i * MESSAGE));
    expect(sock.rQwait('a frame', 300 * KiB)).toBe(true);
    const count = (1024 * KiB * KiB) / MESSAGE;
    for (let i = 0; i < count; i++) {
      channel.onmessage?.({ data: messages[i % 16]!.buffer } as never);
      sock.rQskipBytes(MESSAGE);
    }
    expect(sock.bytesReceived).toBe(count * MESSAGE);
    const { kept } = sock.queue;
    expect(kept).toBeGreaterThanOrEqual(64 * KiB);
    expect(kept).toBeLessThan(100 * KiB);
    sock.queue.rewind(kept);
    expect(same(sock.rQshiftBytes(kept), pattern(kept, 16 * MESSAGE - kept))).toBe(true);
    // Nor does it still wait for the earlier frame.
    channel.deliver(new Uint8Array(10));
    expect(sock.rQpeekBytes(10, false).buffer.byteLength).toBeLessThan(256 * KiB);
  });
});

describe('a view of several messages', () => {
  const halves = (queue: ReceiveQueue): void => {
    for (let i = 0; i < 2; i++) queue.push(new ArrayBuffer(600 * KiB));
  };

  it('is made in the same memory again after more bytes arrive', () => {
    const queue = new ReceiveQueue();
    halves(queue);
    const first = memoryOf(queue, 1000 * KiB);
    queue.skip(queue.length);
    halves(queue);
    expect(memoryOf(queue, 1000 * KiB)).toBe(first);
  });

  it('does not share its large memory with small messages that follow', () => {
    const queue = new ReceiveQueue();
    halves(queue);
    const large = memoryOf(queue, 1000 * KiB);
    queue.skip(queue.length);
    queue.push(new ArrayBuffer(10));
    expect(memoryOf(queue, 10)).not.toBe(large);
  });

  it('stays intact while more small ones are taken', () => {
    const queue = new ReceiveQueue();
    for (let i = 0; i < 10; i++) queue.push(pattern(5000, i * 5000));
    const views = Array.from({ length: 9 }, (_, i) => {
      queue.skip(i === 0 ? 1000 : 0);
      return queue.readBytes(5000, { copy: false });
    });
    for (const [i, view] of views.entries()) {
      expect(same(view, pattern(5000, 1000 + i * 5000))).toBe(true);
    }
  });
});
