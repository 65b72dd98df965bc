/**
 * Every end is reported, clean ones and failures apart, and loses no byte that had arrived.
 */
import { hex } from '../../helpers/bytes.js';
import { equal, ok, rejects, throws } from '../assert.js';
import { pattern } from '../bytes.js';
import type { Case } from '../contract.js';
import { settled, until } from '../wait.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** The message size in cases with many messages. */
const MESSAGE = 16 * KiB;

export const endCases: Case[] = [
  {
    name: 'the peer closes: what is there, then null',
    async run({ connect }) {
      const { sock, peer } = await connect();
      await peer.send(hex('01 02 03'));
      await peer.close();
      const { code, reason, wasClean, by } = await sock.closed;
      equal([code, reason, wasClean, by], [1005, '', true, 'remote']);
      equal(sock.readyState, 'closed');
      equal(await sock.readSome(), hex('01 02 03'));
      equal(await sock.readSome(), null);
      await rejects(sock.read(1), 'ERR_CLOSED');
      equal(sock.send(hex('01')), false, 'send() after the end');
      await rejects(sock.write(hex('01')), 'ERR_CLOSED');
    },
  },
  {
    name: 'the peer closes with a code and a reason: another than 1000 is no clean end',
    needs: 'codes',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const events: unknown[] = [];
      sock.on('close', ({ code, reason }) => events.push(code, reason));
      const rejected = rejects(
        (async () => {
          for await (const chunk of sock) void chunk;
        })(),
        'ERR_CLOSED',
      );
      await peer.close(4001, 'größe');
      const error = (await rejected) as { closeCode: number; reason: string };
      equal([error.closeCode, error.reason], [4001, 'größe']);
      const { code, reason, wasClean } = await sock.closed;
      equal([code, reason, wasClean], [4001, 'größe', true]);
      await until(() => events.length > 0);
      equal(events, [4001, 'größe']);
    },
  },
  {
    name: 'we close: waiting reads reject, unread bytes stay',
    async run({ connect, traits }) {
      const { sock, peer } = await connect();
      const errors: unknown[] = [];
      sock.on('error', (error) => errors.push(error.message));
      await peer.send(hex('01 02'));
      const waiting = sock.read(4);
      await until(() => sock.rQlen() === 2);
      sock.close();
      await rejects(waiting, 'ERR_CLOSED');
      equal(sock.send(hex('01')), false, 'send() after close()');
      const [{ code, wasClean, by }, end] = await Promise.all([sock.closed, peer.closed()]);
      equal([wasClean, by, end.code], [true, 'local', traits.codes ? 1000 : 1005]);
      equal(code === 1000 || (!traits.codes && code === 1005), true, 'a normal code');
      equal(errors, []);
      equal(await sock.read(2), hex('01 02'));
    },
  },
  {
    name: 'we close with a code and a reason',
    needs: 'codes',
    async run({ connect }) {
      const { sock, peer } = await connect();
      throws(() => sock.close(999), 'RangeError');
      throws(() => sock.close(1000, 'x'.repeat(124)), 'RangeError');
      equal(sock.readyState, 'open');
      sock.close(4002, 'größe');
      equal(sock.readyState, 'closing');
      equal(await peer.closed(), { code: 4002, reason: 'größe' });
      equal((await sock.closed).code, 4002);
    },
  },
  {
    name: 'what was sent leaves before we close',
    async run({ connect }) {
      const { sock, peer } = await connect();
      sock.send(pattern(2 * MiB));
      sock.close(1000);
      equal(await peer.received(2 * MiB), pattern(2 * MiB));
      await Promise.all([sock.closed, peer.closed()]);
    },
  },
  {
    name: 'a broken connection is no clean end, if the platform tells: what is there, then the error',
    async run({ connect, note }) {
      const { sock, peer } = await connect();
      await peer.send(hex('01 02 03'));
      await until(() => sock.rQlen() === 3);
      const rejected = rejects(sock.read(4), 'ERR_CLOSED');
      await peer.drop();
      await rejected;
      const { code, wasClean } = await sock.closed;
      equal(sock.readyState, 'closed');
      equal(await sock.readSome(), hex('01 02 03'));
      note('tells of a broken connection', !wasClean);
      if (wasClean) return equal(await sock.readSome(), null);
      equal(code, 1006);
      await rejects(sock.readSome(), 'ERR_CLOSED');
      const reader = sock.readable.getReader();
      reader.closed.catch(() => {});
      await rejects(reader.read(), 'ERR_CLOSED');
      await rejects(sock[Symbol.asyncIterator]().next(), 'ERR_CLOSED');
    },
  },
  {
    name: 'a connection that is refused never was',
    needs: 'refuses',
    async run({ socket, refuse }) {
      const sock = socket();
      const events: string[] = [];
      for (const event of ['open', 'error', 'close'] as const) {
        sock.on(event, () => events.push(event));
      }
      refuse!(sock);
      sock.send(hex('01'));
      await rejects(sock.opened, 'ERR_CLOSED');
      const { code, wasClean } = await sock.closed;
      equal([code, wasClean], [1006, false]);
      await until(() => events.includes('close'));
      equal(events, ['error', 'close']);
    },
  },
  {
    name: 'no end in silence: a close while reading is stopped loses nothing, or tells',
    async run({ connect, traits }) {
      // The end may reach the platform while it holds unread bytes, and may have to wait behind them.
      for (const size of [256 * KiB, 4 * MiB]) {
        const { sock, peer } = await connect({ receiveHighWaterMark: 64 * KiB });
        await peer.send(
          pattern(size),
          Array.from({ length: size / MESSAGE - 1 }, () => MESSAGE),
        );
        await peer.close(1000);
        if (traits.backpressure === 'none') await sock.closed;
        else await settled(() => sock.bytesReceived);
        let length = 0;
        const all = (async () => {
          for await (const chunk of sock) {
            equal(chunk, pattern(chunk.length, length));
            length += chunk.length;
          }
        })();
        try {
          await all;
          equal(length, size, 'what was read to a clean end');
        } catch (error) {
          ok(traits.lossy, String(error));
          await rejects(all, 'ERR_TRUNCATED');
          equal((await sock.closed).wasClean, false);
        }
      }
    },
  },
];
