/**
 * Bytes pass in both directions, complete and in order, however they are cut into messages.
 */
import { hex } from '../../helpers/bytes.js';
import { equal, ok, throws } from '../assert.js';
import { pattern } from '../bytes.js';
import type { Case } from '../contract.js';
import { consume } from '../wait.js';

const MiB = 1024 * 1024;

/** Every byte value twice, the second time with different neighbours. */
const everyValue = Uint8Array.from({ length: 512 }, (_, i) => (i < 256 ? i : i * 7));

/** Texts, each after its 16-bit length, as `readText` expects them. */
const texts = ['', 'a', 'hello', 'bytes'];
const wire = Uint8Array.from(
  texts.flatMap((text) => [0, text.length, ...Array.from(text, (char) => char.charCodeAt(0))]),
);

export const byteCases: Case[] = [
  {
    name: 'every value comes',
    async run({ connect }) {
      const { sock, peer } = await connect();
      await peer.send(everyValue, [1, 100]);
      equal(await sock.read(512), everyValue);
      equal(sock.bytesReceived, 512);
    },
  },
  {
    name: 'every value leaves',
    async run({ connect }) {
      const { sock, peer } = await connect();
      ok(sock.send(everyValue), 'send() takes bytes');
      equal(await peer.received(512), everyValue);
      equal(sock.bytesSent, 512);
    },
  },
  {
    name: 'a megabyte goes there and back',
    async run({ connect }) {
      const { sock, peer } = await connect();
      await peer.echo();
      sock.send(pattern(MiB));
      equal(await sock.read(MiB), pattern(MiB));
      equal(await peer.received(MiB), pattern(MiB));
    },
  },
  {
    name: 'messages may be cut at every place, and be empty',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const cuts = Array.from({ length: wire.length + 1 }, (_, cut) => cut);
      const got: string[] = [];
      const readText = () => sock.rQshiftStr(sock.rQshift16());
      const all = consume(sock, () => {
        for (let text; (text = sock.tryRead(readText)) !== undefined;) got.push(text);
        return got.length === texts.length * cuts.length;
      });
      const wires = Uint8Array.from(cuts.flatMap(() => [...wire]));
      await peer.send(
        wires,
        cuts.flatMap((cut) => [cut, wire.length - cut]),
      );
      await all;
      equal(
        got,
        cuts.flatMap(() => texts),
      );
    },
  },
  {
    name: 'rQwait goes back, byte by byte',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const got: string[] = [];
      const all = consume(sock, () => {
        while (!sock.rQwait('length', 2)) {
          const length = sock.rQshift16();
          if (sock.rQwait('text', length, 2)) break;
          got.push(sock.rQshiftStr(length));
        }
        return got.length === texts.length;
      });
      await peer.send(
        wire,
        Array.from(wire, () => 1),
      );
      await all;
      equal(got, texts);
      equal(sock.rQlen(), 0);
    },
  },
  {
    name: 'sync reads are typed, and short ones consume nothing',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const there = consume(sock, () => sock.rQlen() === 14);
      await peer.send(hex('ff fffe fffefdfc 68ff 0102 03 0405'), [2, 3, 4]);
      await there;
      equal(sock.rQpeek8(), 0xff);
      equal([sock.rQshift8(), sock.rQshift16(), sock.rQshift32()], [0xff, 0xfffe, 0xfffefdfc]);
      equal(sock.rQshiftStr(2), 'h\xff');
      equal(sock.rQpeekBytes(2), hex('01 02'));
      equal(sock.rQshiftBytes(2, false), hex('01 02'));
      sock.rQskipBytes(1);
      throws(() => sock.rQshift32(), 'ERR_RECEIVE_UNDERFLOW');
      throws(() => sock.rQshiftBytes(-1), 'RangeError');
      const target = new Uint8Array(2);
      sock.rQshiftTo(target);
      equal(target, hex('04 05'));
      equal(sock.rQlen(), 0);
    },
  },
  {
    name: 'pushes gather until flush(), big-endian',
    async run({ connect }) {
      const { sock, peer } = await connect();
      sock.sQpush8(0x101);
      sock.sQpush16(0x0203);
      sock.sQpush32(0x04050607);
      sock.sQpushString('h\xff');
      sock.sQpushBytes(hex('08 09'));
      throws(() => sock.sQpushString('€'), 'RangeError');
      equal(sock.bytesSent, 0);
      sock.flush();
      equal(await peer.received(11), hex('01 0203 04050607 68ff 0809'));
    },
  },
  {
    name: 'what is pushed while connecting leaves first',
    async run({ socket, join }) {
      const sock = socket();
      const joined = join(sock);
      sock.send(hex('01 02'));
      sock.sQpush8(3);
      const peer = await joined;
      sock.send(hex('04'));
      equal(await peer.received(4), hex('01 02 03 04'));
    },
  },
  {
    name: 'text counts as its UTF-8 bytes',
    async run({ connect }) {
      const { sock, peer } = await connect();
      await peer.send(hex('01'));
      await peer.text('größe');
      await peer.send(hex('02'));
      equal(await sock.read(9), hex('01 67 72 c3 b6 c3 9f 65 02'));
    },
  },
  {
    name: 'text is refused where it was told to be',
    async run({ connect, traits }) {
      const { sock, peer } = await connect({ text: 'error' });
      const errors: string[] = [];
      sock.on('error', ({ code }) => errors.push(code));
      await peer.send(hex('01'));
      await peer.text('hello');
      const [{ code }] = await Promise.all([peer.closed(), sock.closed]);
      equal(errors, ['ERR_TEXT_FRAME']);
      // Browsers do not let a page send 1003.
      ok(!traits.codes || code === 1003 || code === 4003, `the code is 1003 or 4003: ${code}`);
      equal(sock.rQlen(), 1);
    },
  },
  {
    name: 'a message over receiveLimit is refused whole, and ends it',
    async run({ connect, traits }) {
      const { sock, peer } = await connect({ receiveLimit: 1000 });
      const errors: string[] = [];
      sock.on('error', ({ code }) => errors.push(code));
      await peer.send(pattern(1500), [600, 600, 300]);
      const [{ code }] = await Promise.all([peer.closed(), sock.closed]);
      equal(errors, ['ERR_RECEIVE_OVERFLOW']);
      if (traits.codes) equal(code, 4009, 'the code');
      equal(sock.rQshiftBytes(600), pattern(600));
      equal(sock.rQlen(), 0);
    },
  },
];
