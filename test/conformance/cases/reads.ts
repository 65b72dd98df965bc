/**
 * Async reads queue up, each waiting for bytes or for the end.
 */
import { hex } from '../../helpers/bytes.js';
import { equal, rejects, throws } from '../assert.js';
import { join, pattern } from '../bytes.js';
import type { Case } from '../contract.js';
import { isPending, until } from '../wait.js';

const MiB = 1024 * 1024;

const bytes = (ascii: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(ascii);

export const readCases: Case[] = [
  {
    name: 'reads give what is there, and wait for what is not',
    async run({ connect }) {
      const { sock, peer } = await connect();
      await peer.send(hex('01 02 03'));
      equal(await sock.read(2), hex('01 02'));
      const rest = sock.read(3);
      equal(await isPending(rest), true, 'waiting');
      await peer.send(hex('04 05 06'), [1, 1]);
      equal(await rest, hex('03 04 05'));
      equal(await sock.readSome(), hex('06'));
    },
  },
  {
    name: 'reads are served first in, first out, whatever their kind',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const view = new Uint16Array(1);
      const reads = [
        sock.read(3),
        sock.peek(1),
        sock.readInto(view).then(({ buffer }) => new Uint8Array(buffer)),
        sock.readUntil(0x0a),
        sock.readUntil(bytes('\r\n')),
        sock.readSome({ max: 2 }),
        sock.readSome(),
      ];
      const wire = bytes('abcDEline\n\r\r\nxyz');
      await peer.send(
        wire,
        Array.from(wire, () => 1),
      );
      const results = ['abc', 'D', 'DE', 'line\n', '\r\r\n', 'x', 'y'];
      equal(await Promise.all(reads), results.map(bytes));
      equal(await sock.read(1), bytes('z'));
    },
  },
  {
    name: 'a sync read can not take what an async one waits for',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const read = sock.read(4);
      await peer.send(hex('01 02'));
      await until(() => sock.bytesReceived === 2);
      throws(() => sock.rQshift8(), 'ERR_READ_PENDING');
      throws(() => sock.tryRead(() => sock.rQshift8()), 'ERR_READ_PENDING');
      await peer.send(hex('03 04 05'));
      equal(await read, hex('01 02 03 04'));
      equal(await sock.peek(1), hex('05'));
      equal(sock.rQshift8(), 5);
    },
  },
  {
    name: '`message` tells of what reads have left',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const told: number[] = [];
      sock.on('message', () => told.push(sock.rQlen()));
      const read = sock.read(4);
      await peer.send(hex('01 02 03 04 05 06'), [3]);
      equal(await read, hex('01 02 03 04'));
      equal(told, [2]);
    },
  },
  {
    name: 'an aborted read has consumed nothing',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const controller = new AbortController();
      const first = sock.read(4, { signal: controller.signal });
      const second = sock.read(2);
      await peer.send(hex('01 02 03'));
      await until(() => sock.bytesReceived === 3);
      controller.abort();
      await rejects(first, 'AbortError');
      equal(await second, hex('01 02'));
      equal(sock.rQlen(), 1);
    },
  },
  {
    name: 'a length that is none is misuse; one over receiveLimit too',
    async run({ connect }) {
      const { sock } = await connect({ receiveLimit: 1000 });
      for (const n of [-1, 1.5, Number.NaN, 1001]) await rejects(sock.read(n), 'RangeError');
      equal(await sock.read(0), new Uint8Array(0));
    },
  },
  {
    name: 'a line longer than its limit is an error, and stays',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const tooLong = rejects(sock.readUntil(0x0a, { limit: 4 }), 'ERR_RECEIVE_OVERFLOW');
      await peer.send(bytes('12345\n'));
      await tooLong;
      equal(await sock.readUntil(0x0a), bytes('12345\n'));
    },
  },
  {
    name: 'more than the high-water mark can be read at once',
    async run({ connect }) {
      const { sock, peer } = await connect({ receiveHighWaterMark: 64 * 1024 });
      await peer.flood(4 * MiB);
      equal(await sock.read(4 * MiB), pattern(4 * MiB));
    },
  },
  {
    name: 'for await gives everything until a clean end',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const chunks: Uint8Array[] = [];
      const all = (async () => {
        for await (const chunk of sock) chunks.push(chunk);
      })();
      await peer.send(pattern(100_000), [1, 10, 100, 1000, 10_000]);
      await peer.close(1000);
      await all;
      equal(join(chunks), pattern(100_000));
    },
  },
  {
    name: 'leaving for await leaves the socket open',
    async run({ connect }) {
      const { sock, peer } = await connect();
      await peer.send(hex('01'));
      for await (const chunk of sock) {
        equal(chunk, hex('01'));
        break;
      }
      await peer.send(hex('02'));
      equal(await sock.read(1), hex('02'));
    },
  },
];
