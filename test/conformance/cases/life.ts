/**
 * One socket, many channels.
 */
import { hex } from '../../helpers/bytes.js';
import { equal, rejects, throws } from '../assert.js';
import { pattern } from '../bytes.js';
import type { Case } from '../contract.js';
import { until } from '../wait.js';

export const lifeCases: Case[] = [
  {
    name: 'the state goes from unused to closed, and the channel says what it is',
    async run({ socket, join, traits }) {
      const sock = socket();
      equal(sock.readyState, 'unused');
      throws(() => sock.send(hex('01')), 'ERR_STATE');
      await rejects(sock.read(1), 'ERR_STATE');
      const joined = join(sock);
      const peer = await joined;
      await sock.opened;
      equal(sock.readyState, 'open');
      equal(sock.protocol, traits.protocol);
      equal(sock.backpressure, traits.backpressure);
      sock.close(1000);
      equal(sock.readyState, 'closing');
      await Promise.all([sock.closed, peer.closed()]);
      equal(sock.readyState, 'closed');
    },
  },
  {
    name: 'it opens again after it has closed, whoever closed it',
    async run({ socket, join }) {
      const sock = socket();
      for (let round = 0; round < 6; round++) {
        const peer = await join(sock);
        await peer.send(pattern(10, round));
        equal(await sock.read(4), pattern(4, round));
        sock.send(pattern(10, round));
        equal(await peer.received(10), pattern(10, round));
        equal([sock.bytesReceived, sock.bytesSent], [10, 10]);
        if (round % 3 === 0) sock.close(1000);
        if (round % 3 === 1) await peer.close(1000);
        if (round % 3 === 2) await peer.drop();
        await sock.closed;
        // Bytes left unread belonged to the old channel and do not reappear.
        equal(sock.rQlen(), 6);
      }
    },
  },
  {
    name: 'another channel closes the one before, which is not heard again',
    async run({ socket, join, traits }) {
      const sock = socket();
      const events: string[] = [];
      sock.on('close', () => events.push('close'));
      sock.on('error', () => events.push('error'));
      const first = await join(sock);
      await first.send(hex('01 02'));
      await until(() => sock.rQlen() === 2);
      const waiting = sock.read(3);
      const readable = sock.readable;
      const joined = join(sock);
      await rejects(waiting, 'ERR_CLOSED');
      const second = await joined;
      equal((await first.closed()).code, traits.codes ? 1000 : 1005);
      equal(sock.rQlen(), 0);
      equal(sock.readable === readable, false, 'the same stream');
      await second.send(hex('03'));
      equal(await sock.read(1), hex('03'));
      equal(events, []);
    },
  },
  {
    name: 'dispose() closes and is silent; unread bytes stay',
    async run({ connect, join, traits }) {
      const { sock, peer } = await connect();
      const events: string[] = [];
      sock.on('message', () => events.push('message'));
      sock.on('close', () => events.push('close'));
      await peer.send(hex('01 02'));
      await until(() => events.length > 0);
      sock.dispose();
      equal((await peer.closed()).code, traits.codes ? 1000 : 1005);
      equal(events, ['message']);
      equal(sock.rQshift16(), 0x0102);
      const next = await join(sock);
      await next.send(hex('03'));
      equal(await sock.read(1), hex('03'));
    },
  },
  {
    name: 'the dispose symbols end it too, where there are any',
    async run({ connect, socket, traits }) {
      const { sock, peer } = await connect();
      const members = sock as unknown as Record<string | symbol, (() => Promise<void>) | undefined>;
      equal(members['undefined'], undefined, 'a member for a symbol that is missing');
      if (!Symbol.dispose || !Symbol.asyncDispose) return;
      sock.send(hex('01 02'));
      await members[Symbol.asyncDispose]!();
      equal(sock.readyState, 'closed');
      equal(await peer.received(2), hex('01 02'));
      equal((await peer.closed()).code, traits.codes ? 1000 : 1005);
      const unused = socket();
      await unused[Symbol.asyncDispose]();
      const second = await connect();
      second.sock[Symbol.dispose]();
      equal(second.sock.readyState, 'closed');
      await second.peer.closed();
    },
  },
];
