import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SendQueue, WebsockError } from '../../src/index.js';
import { join, pattern, same } from '../helpers/bytes.js';

const size = fc.oneof(
  { weight: 4, arbitrary: fc.nat(20) },
  { weight: 2, arbitrary: fc.integer({ min: 90, max: 110 }) },
  { weight: 1, arbitrary: fc.nat(2000) },
);

const command = fc.oneof(
  size.map((n) => ({ do: 'write' as const, n })),
  fc.constant({ do: 'number' as const, n: 0 }),
  fc.nat(1500).map((n) => ({ do: 'room' as const, n })),
  fc.constant({ do: 'flush' as const, n: 0 }),
  fc.constant({ do: 'break' as const, n: 0 }),
);

describe('SendQueue', () => {
  it('sends everything once and in order, within its limits, whatever the sink does', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const sent: Uint8Array[] = [];
        const sink = {
          room: 0,
          broken: false,
          send(bytes: Uint8Array) {
            if (this.broken) {
              this.broken = false;
              throw new Error('broken');
            }
            sent.push(bytes.slice());
            this.room = Math.max(0, this.room - bytes.length);
          },
        };
        const queue = new SendQueue(sink, { bufferSize: 100, limit: 3000, maxMessageSize: 250 });
        let accepted = 0;
        /** The limit; more only if a sink that reported room has broken. */
        let most = 3000;

        /** A write is accepted unless it throws an overflow, even if the sink breaks during it. */
        const write = (n: number, run: () => void): void => {
          const before = queue.length;
          const { room } = sink;
          try {
            run();
          } catch (error) {
            if (error instanceof WebsockError) {
              expect(error.code).toBe('ERR_SEND_OVERFLOW');
              expect(before + n).toBeGreaterThan(3000);
              expect(queue.length).toBe(before);
              return;
            }
            most = Math.max(most, 3000 + room);
          }
          accepted += n;
        };

        for (const { do: what, n } of commands) {
          if (what === 'room') sink.room = n;
          else if (what === 'break') sink.broken = true;
          else if (what === 'number') {
            const [byte, next] = pattern(2, accepted);
            write(2, () => queue.writeUint16((byte << 8) | next));
          } else if (what === 'write') {
            const bytes = pattern(n, accepted);
            write(n, () => queue.writeBytes(bytes));
            bytes.fill(0);
          } else {
            try {
              queue.flush();
            } catch {
              // The sink broke once; that must not lose anything.
            }
          }
          expect(queue.length).toBeLessThanOrEqual(most);
          expect(sent.reduce((sum, { length }) => sum + length, 0) + queue.length).toBe(accepted);
        }
        sink.room = Infinity;
        sink.broken = false;
        queue.flush();
        expect(same(join(sent), pattern(accepted))).toBe(true);
        expect(sent.every(({ length }) => length > 0 && length <= 250)).toBe(true);
      }),
      {
        numRuns: 1000,
        examples: [
          // Accepted because the sink has room, and kept because the sink breaks.
          [
            [
              { do: 'write', n: 1589 },
              { do: 'break', n: 0 },
              { do: 'room', n: 251 },
              { do: 'write', n: 1662 },
            ],
          ],
        ],
      },
    );
  });
});
