/**
 * `websock-client/testing`: what the fakes do beyond what the other tests use, and the samples of docs/testing.md.
 */
import assert from 'node:assert/strict';
import { describe, expect, it } from 'vitest';
import { Websock } from '../../src/index.js';
import {
  FakeDataChannel,
  FakeWebSocket,
  playRecording,
  streamPair,
} from '../../src/testing/index.js';
import { hex } from '../helpers/bytes.js';
import { blockOf, samplesOf } from '../helpers/documents.js';

describe.each([
  ['FakeWebSocket', FakeWebSocket],
  ['FakeDataChannel', FakeDataChannel],
])('%s', (_, Channel) => {
  it('delivers text and bytes in messages of the given sizes', () => {
    const channel = new Channel().open();
    const messages: unknown[] = [];
    channel.onmessage = ({ data }: MessageEvent) => void messages.push(data);
    channel.deliver('abcé', { sizes: [1, 3] });
    channel.deliver(hex('01 02 03'), { sizes: [2] });
    channel.deliver('text');
    const bytes = messages.map((data): unknown =>
      typeof data === 'string' ? data : Array.from(new Uint8Array(data as ArrayBuffer)),
    );
    expect(bytes).toEqual([[97], [98, 99, 0xc3], [0xa9], [1, 2], [3], 'text']);
    for (const sizes of [[0], [], [Number.NaN]]) {
      expect(() => channel.deliver('a', { sizes })).toThrow(RangeError);
    }
  });

  it('plays a peer that answers, fails and ends', async () => {
    const channel = new Channel();
    const sock = new Websock();
    sock.attach(channel);
    const codes: string[] = [];
    sock.on('error', ({ code }) => codes.push(code));
    channel.onclient = () => {
      const isOver = channel.readyState === 2 || channel.readyState === 'closing';
      if (!isOver) channel.deliverByteByByte(hex('03 04'));
    };
    channel.open('binary');
    expect(sock.protocol).toBe('binary');
    sock.send(hex('01'));
    sock.send(hex('02'));
    expect(channel.sentBytes).toEqual([1, 2]);
    expect(await sock.read(4)).toEqual(hex('03 04 03 04'));
    channel.fail();
    channel.end();
    expect(codes).toEqual(['ERR_CHANNEL']);
    expect(sock.readyState).toBe('closed');
  });

  it('tells the peer of a close', () => {
    const channel = new Channel().open();
    const states: unknown[] = [];
    channel.onclient = () => states.push(channel.readyState);
    channel.close();
    channel.end();
    channel.close();
    expect(states).toEqual(Channel === FakeWebSocket ? [2, 3] : ['closing', 'closed']);
  });
});

describe('FakeWebSocket', () => {
  it('refuses what a browser refuses', () => {
    const channel = new FakeWebSocket();
    expect(() => channel.send('early')).toThrow(DOMException);
    expect(() => channel.close(1001)).toThrow(DOMException);
    channel.open().close(3000);
    channel.send('late');
    expect([channel.readyState, channel.sent, channel.closes]).toEqual([2, [], [[3000]]]);
  });
});

describe('FakeDataChannel', () => {
  it('is full at 16 MiB', () => {
    const channel = new FakeDataChannel();
    expect(() => channel.send(hex('01'))).toThrow(DOMException);
    channel.open().send(new Uint8Array(16 * 1024 * 1024));
    expect(() => channel.send(hex('01'))).toThrow(DOMException);
    channel.drain();
    channel.send(hex('01'));
    expect(channel.bufferedAmount).toBe(1);
  });
});

describe('streamPair', () => {
  it('carries bytes both ways', async () => {
    const [ours, theirs] = streamPair();
    const sock = new Websock();
    sock.attach(ours);
    const [reader, writer] = [theirs.readable.getReader(), theirs.writable.getWriter()];
    void writer.write(hex('01 02'));
    expect(await sock.readUint16()).toBe(0x0102);
    sock.send('hi');
    expect((await reader.read()).value).toEqual(hex('68 69'));
  });
});

describe('docs/testing.md', () => {
  const samples = samplesOf('testing.md');
  const client = samples.get('client')!.replace('export ', '');

  /** The tests that a sample defines, by name. */
  function testsOf(sample: string): [name: string, run: () => Promise<void>][] {
    const tests: [string, () => Promise<void>][] = [];
    const names = { assert, expect, readFileSync, Websock, FakeWebSocket, playRecording };
    const test = (...of: [string, () => Promise<void>]): void => void tests.push(of);
    const code = samples.get(sample)!;
    new Function('test', ...Object.keys(names), `${client}\n${code}`)(
      test,
      ...Object.values(names),
    );
    return tests;
  }

  /** Returns the only file that the samples read. */
  const readFileSync = (): string => blockOf('testing.md', 'js');

  const all = ['node-test', 'vitest', 'recorded'].flatMap((sample) => testsOf(sample));
  it('has four tests', () => expect(all.length).toBe(4));
  it.each(all)('%s', async (_name, run) => run());
});
