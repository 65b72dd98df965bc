/**
 * The socket as Web Streams.
 */
import { hex } from '../../helpers/bytes.js';
import { equal, ok, rejects, throws } from '../assert.js';
import { join, pattern } from '../bytes.js';
import type { Case } from '../contract.js';
import { findFacts } from '../facts.js';
import { until } from '../wait.js';

const KiB = 1024;

/** Reads a stream to its end. */
async function readAll(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const reader = stream.getReader();
  for (let read; !(read = await reader.read()).done;) chunks.push(read.value);
  return join(chunks);
}

export const streamCases: Case[] = [
  {
    name: 'readable gives everything until a clean end',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const all = readAll(sock.readable);
      equal(sock.readable.locked, true, 'one stream for each connection');
      await peer.send(pattern(300 * KiB), [1, 1000, 200 * KiB]);
      await peer.close(1000);
      equal(await all, pattern(300 * KiB));
    },
  },
  {
    name: 'readable fills buffers of the reader’s, where the platform has byte streams',
    async run({ connect }) {
      const { sock, peer } = await connect();
      if (!findFacts().byob) {
        throws(() => sock.readable.getReader({ mode: 'byob' }), 'TypeError');
        return;
      }
      const reader = sock.readable.getReader({ mode: 'byob' });
      await peer.send(pattern(10));
      equal((await reader.read(new Uint8Array(4))).value, pattern(4));
      equal((await reader.read(new Uint8Array(100))).value, pattern(6, 4));
      await peer.close(1000);
      const { done, value } = await reader.read(new Uint8Array(8));
      equal([done, value], [true, new Uint8Array(0)]);
    },
  },
  {
    name: 'readable reads nothing that nobody asked for, and closes when cancelled',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const reader = sock.readable.getReader();
      await peer.send(pattern(200 * KiB));
      await until(() => sock.rQlen() === 200 * KiB);
      const { value } = await reader.read();
      equal(value!.length + sock.rQlen(), 200 * KiB);
      await reader.cancel();
      await Promise.all([sock.closed, peer.closed()]);
    },
  },
  {
    name: 'readable fails where the end is not clean',
    needs: 'codes',
    async run({ connect }) {
      const { sock, peer } = await connect();
      const reader = sock.readable.getReader();
      const rejected = rejects(reader.read(), 'ERR_CLOSED');
      reader.closed.catch(() => {});
      await peer.close(4001);
      await rejected;
    },
  },
  {
    name: 'readable pipes through the platform’s transforms',
    async run({ connect }) {
      const { DecompressionStream: hasUnzip, TextDecoderStream: hasDecoder } = findFacts();
      const { sock, peer } = await connect();
      const text = 'größe '.repeat(10_000);
      let wire: Uint8Array<ArrayBuffer> = new TextEncoder().encode(text);
      let stream: ReadableStream<Uint8Array<ArrayBuffer>> = sock.readable;
      if (hasUnzip) {
        const packed = new Response(wire).body!.pipeThrough(new CompressionStream('gzip'));
        wire = new Uint8Array(await new Response(packed).arrayBuffer());
        stream = stream.pipeThrough(new DecompressionStream('gzip'));
      }
      await peer.send(
        wire,
        Array.from({ length: 100 }, () => 1),
      );
      await peer.close(1000);
      if (!hasDecoder) return equal(new TextDecoder().decode(await readAll(stream)), text);
      let got = '';
      await stream.pipeThrough(new TextDecoderStream()).pipeTo(
        new WritableStream({
          write: (chunk) => void (got += chunk),
        }),
      );
      ok(got === text, `the text came whole: ${got.length} of ${text.length} characters`);
    },
  },
  {
    name: 'writable sends everything, then closes',
    async run({ connect, traits }) {
      const { sock, peer } = await connect({ sendHighWaterMark: 10 * KiB });
      const writer = sock.writable.getWriter();
      for (let at = 0; at < 300 * KiB; at += 30 * KiB) await writer.write(pattern(30 * KiB, at));
      await writer.close();
      equal(await peer.received(300 * KiB), pattern(300 * KiB));
      equal((await peer.closed()).code, traits.codes ? 1000 : 1005);
      await rejects(sock.write(hex('01')), 'ERR_CLOSED');
    },
  },
  {
    name: 'writable aborted closes; it fails when the connection has',
    async run({ connect }) {
      const aborted = await connect();
      await aborted.sock.writable.abort();
      await Promise.all([aborted.sock.closed, aborted.peer.closed()]);
      const { sock, peer } = await connect();
      const writer = sock.writable.getWriter();
      writer.closed.catch(() => {});
      await peer.drop();
      await sock.closed;
      await rejects(writer.write(hex('01')), 'ERR_CLOSED');
    },
  },
];
