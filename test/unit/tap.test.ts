/** `sock.tap`, which watches a socket's bytes. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Websock, type WebsockOptions } from '../../src/index.js';
import { FakeWebSocket, streamPair } from '../../src/testing/index.js';
import { hex, pattern, same } from '../helpers/bytes.js';

afterEach(() => vi.unstubAllGlobals());

/** Records what a tap gets: each direction's bytes, joined, and the calls in order. */
function watch(sock: Websock) {
  const seen = { received: [] as number[], sent: [] as number[], calls: [] as string[] };
  sock.tap = (direction, bytes) => {
    for (const byte of bytes) seen[direction].push(byte);
    seen.calls.push(`${direction} ${bytes.length}`);
  };
  return seen;
}

function attached(options: WebsockOptions = {}) {
  const sock = new Websock(options);
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

describe('the tap', () => {
  it('is shown the bytes of each direction, as the channel carries them', () => {
    const { sock, channel } = attached();
    const seen = watch(sock);
    channel.deliver(hex('01 02'));
    sock.sQpush16(0x0304);
    expect(seen.calls).toEqual(['received 2']);
    sock.flush();
    channel.deliver(hex('05'));
    expect(seen.calls).toEqual(['received 2', 'sent 2', 'received 1']);
    expect([seen.received, seen.sent]).toEqual([
      [1, 2, 5],
      [3, 4],
    ]);
  });

  it('is shown large messages whole as received, and in pieces as sent', () => {
    const { sock, channel } = attached();
    const seen = watch(sock);
    const data = pattern(150_000);
    channel.deliver(data);
    sock.send(data);
    expect(seen.calls).toEqual(['received 150000', 'sent 65536', 'sent 65536', 'sent 18928']);
    for (const bytes of [seen.received, seen.sent, channel.sentBytes]) {
      expect(same(Uint8Array.from(bytes), data)).toBe(true);
    }
  });

  it('is shown bytes before handlers and pending reads get them', async () => {
    const { sock, channel } = attached();
    const { calls } = watch(sock);
    sock.on('message', () => calls.push('message'));
    channel.deliver(hex('01'));
    sock.rQskipBytes(1);
    const read = sock.read(1).then(() => calls.push('read'));
    channel.deliver(hex('02'));
    await read;
    expect(calls).toEqual(['received 1', 'message', 'received 1', 'read']);
  });

  it('is shown text as UTF-8', () => {
    const { sock, channel } = attached();
    const seen = watch(sock);
    channel.deliver('é');
    sock.send('ü');
    expect([seen.received, seen.sent]).toEqual([
      [0xc3, 0xa9],
      [0xc3, 0xbc],
    ]);
  });

  it('is shown the bytes inside Base64', () => {
    const sock = new Websock();
    const channel = new FakeWebSocket().open('base64');
    sock.attach(channel);
    const seen = watch(sock);
    channel.deliver('AQI=');
    sock.send(hex('03'));
    expect(channel.sent).toEqual(['Aw==']);
    expect([seen.received, seen.sent]).toEqual([[1, 2], [3]]);
  });

  it('can be removed and set again, and stays for the next connection', () => {
    const { sock, channel } = attached();
    channel.deliver(hex('01'));
    const seen = watch(sock);
    channel.deliver(hex('02'));
    const { tap } = sock;
    sock.tap = undefined;
    channel.deliver(hex('03'));
    sock.send(hex('04'));
    sock.tap = tap;
    channel.end();
    const next = new FakeWebSocket();
    sock.attach(next);
    sock.send(hex('05'));
    next.open();
    next.deliver(hex('06'));
    expect([seen.received, seen.sent]).toEqual([[2, 6], [5]]);
  });

  it('is not shown refused or dropped bytes', () => {
    const { sock, channel } = attached({ receiveLimit: 4 });
    sock.on('error', () => {});
    const seen = watch(sock);
    channel.deliver(hex('01 02 03'));
    channel.deliver(hex('04 05'));
    sock.send(hex('06'));
    expect(seen.calls).toEqual(['received 3']);
  });

  it('does no harm when it throws', () => {
    const reportError = vi.fn();
    vi.stubGlobal('reportError', reportError);
    const { sock, channel } = attached();
    const boom = new Error('boom');
    sock.tap = () => {
      throw boom;
    };
    const told = vi.fn();
    sock.on('message', told);
    channel.deliver(hex('01 02'));
    expect(sock.send(hex('03'))).toBe(true);
    expect(reportError.mock.calls).toEqual([[boom], [boom]]);
    expect([sock.rQshift16(), told.mock.calls.length, ...channel.sentBytes]).toEqual([
      0x0102, 1, 3,
    ]);
    expect(sock.readyState).toBe('open');
  });

  it('works over a pair of streams', async () => {
    const [ours, theirs] = streamPair();
    const [sock, peer] = [new Websock(), new Websock()];
    sock.attach(ours);
    peer.attach(theirs);
    const seen = watch(sock);
    peer.send(hex('01 02'));
    await sock.read(2);
    sock.send(hex('03'));
    await peer.read(1);
    expect(seen.calls).toEqual(['received 2', 'sent 1']);
  });
});

describe('options', () => {
  it('are those in effect', () => {
    const { sock } = attached({ receiveLimit: 1000 });
    expect(sock.options).toMatchObject({ receiveLimit: 1000, sendLimit: 16 * 1024 * 1024 });
    expect(sock.options).not.toBe(sock.options);
  });
});
