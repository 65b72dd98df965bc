/**
 * Reads of the historical API return the same results however the bytes were cut.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Websock } from '../../src/compat/index.js';
import { FakeWebSocket } from '../../src/testing/index.js';

const RUNS = process.env.WEBSOCK_LONG ? 100_000 : 500;

/** A part of a message: how it is read, and its size in bytes. */
const part = fc.oneof(
  fc.constantFrom('8', '16', '32').map((kind) => ({ kind, size: Number(kind) / 8 })),
  fc.record({
    kind: fc.constantFrom('str', 'bytes', 'to', 'skip', 'flat', 'unshift', 'slice'),
    size: fc.integer({ min: 1, max: 40 }),
  }),
);
type Part = { kind: string; size: number };

function read(sock: Websock, { kind, size }: Part): string {
  switch (kind) {
    case '8':
      return String(sock.rQshift8());
    case '16':
      return String(sock.rQshift16());
    case '32':
      return String(sock.rQshift32());
    case 'str':
      return sock.rQshiftStr(size);
    case 'skip':
      return String(sock.rQskipBytes(size));
    case 'to': {
      const target = new Uint8Array(size);
      sock.rQshiftTo(target, size);
      return target.join();
    }
    case 'flat': {
      const at = sock.rQi;
      const bytes = sock.rQ.slice(at, at + size);
      sock.rQi = at + size;
      return bytes.join();
    }
    case 'unshift':
      sock.rQunshift8(sock.rQshift8());
      return sock.rQshiftBytes(size).join();
    case 'slice': {
      const bytes = sock.rQslice(0, size);
      sock.rQskipBytes(size);
      return bytes.join();
    }
    default:
      return sock.rQshiftBytes(size, false).join();
  }
}

/** The results of a parser in noVNC's style: it goes back to the start of a frame; if `early`, it waits for just one byte of it. */
function run(parts: Part[], bytes: Uint8Array, cuts: number[], early: boolean): string[] {
  const sock = new Websock();
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  const results: string[] = [];
  let next = 0;
  sock.on('message', () => {
    while (next < parts.length) {
      const [first, second] = parts.slice(next, next + 2);
      if (sock.rQwait('first', early ? 1 : first.size)) return;
      const one = read(sock, first);
      if (sock.rQwait('second', second?.size ?? 0, first.size)) return;
      results.push(one);
      if (second) results.push(read(sock, second));
      next += 2;
    }
  });
  let from = 0;
  for (const until of [...cuts, bytes.length]) {
    if (until > from) channel.deliver(bytes.slice(from, until));
    from = Math.max(from, until);
  }
  expect([results.length, sock.rQlen()]).toEqual([parts.length, 0]);
  return results;
}

it('reads are the same however the bytes are split', () => {
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 30 }),
      fc.array(fc.nat(600), { maxLength: 40 }),
      fc.boolean(),
      fc.integer(),
      (parts, cuts, early, seed) => {
        const size = parts.reduce((sum, one) => sum + one.size, 0);
        const bytes = Uint8Array.from(
          { length: size },
          (_, i) => Math.imul(i + seed, 2654435761) >>> 13,
        );
        const inside = cuts.filter((cut) => cut < size).toSorted((a, b) => a - b);
        expect(run(parts, bytes, inside, early)).toEqual(run(parts, bytes, [], early));
      },
    ),
    { numRuns: RUNS },
  );
});
