/**
 * A side that does not keep up stops the other, if the channel and the platform allow it; if they do not, the cases
 * assert that.
 */
import { equal, ok, rejects } from '../assert.js';
import { pattern } from '../bytes.js';
import type { Case } from '../contract.js';
import { consume, isPending, settled, until } from '../wait.js';

const KiB = 1024;
const MiB = 1024 * KiB;

/** More bytes than sockets and browsers buffer when nobody reads. */
const FLOOD = 16 * MiB;

/** Enough bytes to show that nothing stops the peer. */
const UNSTOPPED = 4 * MiB;

export const flowCases: Case[] = [
  {
    name: 'who does not read stops the peer, or is told that nothing can',
    async run({ connect, traits }) {
      const size = traits.backpressure === 'none' ? UNSTOPPED : FLOOD;
      const { sock, peer } = await connect();
      await peer.flood(size);
      if (traits.backpressure === 'none') {
        await until(() => sock.rQlen() === size);
      } else {
        const sent = await settled(() => peer.flooded());
        ok(sent < size, `the peer was stopped: ${sent / MiB} MiB`);
        ok(sock.rQlen() < 2 * MiB, `little is unread: ${sock.rQlen() / MiB} MiB`);
      }
      equal(await sock.read(size), pattern(size));
    },
  },
  {
    name: 'a consumer of `message` is not stopped, however little it takes',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const whole = consume(sock, () => sock.rQlen() === 4 * MiB);
      await peer.flood(4 * MiB);
      await whole;
      equal(sock.rQshiftBytes(4 * MiB), pattern(4 * MiB));
    },
  },
  {
    name: 'pause() withholds everything, and stops the peer where that can be',
    async run({ connect, traits }) {
      const size = traits.backpressure === 'none' ? UNSTOPPED : FLOOD;
      const { sock, peer } = await connect();
      let at = 0;
      const whole = consume(sock, () => {
        equal(sock.rQshiftBytes(sock.rQlen()), pattern(sock.bytesReceived - at, at));
        at = sock.bytesReceived;
        return at === size;
      });
      sock.pause();
      await peer.flood(size);
      if (traits.backpressure === 'none') {
        await until(() => sock.rQlen() === size);
      } else {
        const unread = await settled(() => sock.rQlen());
        ok(unread < 2 * MiB, `little is unread: ${unread / MiB} MiB`);
      }
      equal(at, 0, 'what was told of');
      sock.resume();
      await whole;
    },
  },
  {
    name: 'pause() holds waiting reads; sync reads go on',
    async run({ connect }) {
      const { sock, peer } = await connect();
      await peer.send(pattern(3));
      equal(await sock.peek(3), pattern(3));
      sock.pause();
      equal(sock.rQshiftBytes(1), pattern(1));
      const read = sock.readSome();
      equal(await isPending(read), true, 'held');
      sock.resume();
      equal(await read, pattern(2, 1));
    },
  },
  {
    name: 'what a slow peer has not taken is in bufferedAmount, if the platform tells',
    needs: 'stalls',
    async run({ connect, note }) {
      const { sock, peer } = await connect({ sendLimit: Infinity });
      await peer.stall();
      for (let at = 0; at < FLOOD; at += MiB) sock.send(pattern(MiB, at));
      const drained = sock.drained({ below: 0 });
      const isTold = await isPending(drained, 1000);
      note('bufferedAmount', isTold);
      if (isTold) ok(sock.bufferedAmount > MiB, `much is told of: ${sock.bufferedAmount}`);
      const written = sock.write(pattern(1, FLOOD));
      equal(await isPending(written), isTold, 'write() waits');
      const aborted = sock.drained({ below: 0, signal: AbortSignal.abort() });
      await rejects(aborted, 'AbortError');
      await peer.unstall();
      await Promise.all([written, drained]);
      equal(await peer.received(FLOOD + 1), pattern(FLOOD + 1));
      await until(() => sock.bufferedAmount === 0);
    },
  },
  {
    name: '`drain` comes once, when what was over the mark has left',
    async run({ connect, traits }) {
      const { sock, peer } = await connect();
      let drains = 0;
      sock.on('drain', () => drains++);
      // The system's buffers accept some of it at once.
      const size = traits.stalls ? FLOOD : 4 * MiB;
      if (traits.stalls) await peer.stall();
      sock.send(pattern(size));
      equal(sock.bufferedAmount > MiB, true, 'over the mark');
      if (traits.stalls) await peer.unstall();
      equal(await peer.received(size), pattern(size));
      // Where `bufferedAmount` is polled, `drain` may come after the bytes have arrived.
      await until(() => drains > 0);
      await sock.drained({ below: 0 });
      equal(drains, 1, 'how often it came');
    },
  },
  {
    name: 'awaiting write() keeps no more than the mark and a chunk',
    async run({ connect }) {
      const { sock, peer } = await connect({ sendHighWaterMark: 256 * KiB });
      let most = 0;
      for (let at = 0; at < 4 * MiB; at += 100 * KiB) {
        await sock.write(pattern(Math.min(100 * KiB, 4 * MiB - at), at));
        most = Math.max(most, sock.bufferedAmount);
      }
      ok(most <= 256 * KiB, `little is buffered after write(): ${most / KiB} KiB`);
      await sock.drained({ below: 0 });
      equal(await peer.received(4 * MiB), pattern(4 * MiB));
    },
  },
  {
    name: 'writes wait no longer than the connection',
    needs: 'breaks',
    async run({ connect }) {
      const { sock, peer } = await connect({ sendHighWaterMark: 1, sendLimit: Infinity });
      await peer.stall();
      sock.send(pattern(FLOOD));
      const written = sock.write(pattern(2));
      const isHeld = await isPending(written, 1000);
      const ended = isHeld ? rejects(written, 'ERR_CLOSED') : written;
      await peer.drop();
      await ended;
      await sock.closed;
    },
  },
];
