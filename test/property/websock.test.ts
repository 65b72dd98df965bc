import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Websock } from '../../src/index.js';
import { FakeWebSocket } from '../../src/testing/index.js';

/** Frames like those of many protocols: a type, a length, a payload. */
const frames = fc.array(
  fc.record({ type: fc.nat(255), payload: fc.uint8Array({ maxLength: 600 }) }),
  { maxLength: 12 },
);

type Frame = { type: number; payload: Uint8Array };

const encode = (list: Frame[]): Uint8Array =>
  Uint8Array.from(
    list.flatMap(({ type, payload }) => [
      type,
      payload.length >> 8,
      payload.length & 255,
      ...payload,
    ]),
  );

/** The two ways to write a parser: with rQwait and goback, as noVNC does, and sequentially with tryRead. */
const parsers: Record<string, (sock: Websock) => Frame | undefined> = {
  rQwait(sock) {
    if (sock.rQwait('header', 3)) return undefined;
    const type = sock.rQshift8();
    const length = sock.rQshift16();
    if (sock.rQwait('payload', length, 3)) return undefined;
    return { type, payload: sock.rQshiftBytes(length) };
  },
  tryRead: (sock) =>
    sock.tryRead(() => ({ type: sock.rQshift8(), payload: sock.rQshiftBytes(sock.rQshift16()) })),
};

describe('Websock', () => {
  for (const [name, parse] of Object.entries(parsers)) {
    const run = (deliver: (channel: FakeWebSocket) => void): { got: Frame[]; left: number } => {
      const sock = new Websock();
      const channel = new FakeWebSocket().open();
      sock.attach(channel);
      const got: Frame[] = [];
      sock.on('message', () => {
        for (let frame; (frame = parse(sock));) got.push(frame);
      });
      deliver(channel);
      return { got, left: sock.rQlen() };
    };

    it(`gives a parser written with ${name} the same frames, byte by byte or however split`, () => {
      fc.assert(
        fc.property(
          frames,
          fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
          (list, cuts) => {
            const bytes = encode(list);
            const expected = { got: list, left: 0 };
            expect(run((channel) => channel.deliver(bytes))).toEqual(expected);
            expect(run((channel) => channel.deliverByteByByte(bytes))).toEqual(expected);
            const cut = run((channel) => {
              for (let at = 0, i = 0; at < bytes.length; i++) {
                const next = at + cuts[i % cuts.length];
                channel.deliver(bytes.subarray(at, next));
                at = next;
              }
            });
            expect(cut).toEqual(expected);
          },
        ),
        { numRuns: 50 },
      );
    });
  }
});
