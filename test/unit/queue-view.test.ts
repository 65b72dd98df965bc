/**
 * `sock.queue`: the receive queue under the socket's rules.
 */
import { describe, expect, it } from 'vitest';
import { Websock, WebsockCore } from '../../src/index.js';
import { hex } from '../helpers/bytes.js';
import { FakeWebSocket } from '../../src/testing/index.js';

function attached<Sock extends WebsockCore>(sock: Sock): { sock: Sock; channel: FakeWebSocket } {
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

describe('sock.queue', () => {
  it.each([Websock, WebsockCore])('of a %o offers reads that the socket lacks', (Class) => {
    const { sock, channel } = attached(new Class());
    channel.deliverByteByByte(hex('02 01 ff ff 00 00 80 3f c3 a9 ff ff ff ff ff ff ff ff 0a'));
    const { queue } = sock;
    expect([queue.readUint16(true), queue.readInt16(), queue.readFloat32(true)]).toEqual([
      0x0102, -1, 1,
    ]);
    expect(queue.readUtf8(2)).toBe('é');
    expect([queue.indexOf(10), queue.length, sock.rQlen()]).toEqual([8, 9, 9]);
    expect([queue.readBigInt64(), queue.readUint8()]).toEqual([-1n, 10]);
    expect(queue.tryRead(() => queue.readUint8())).toBeUndefined();
    expect(() => queue.readUint8()).toThrow('Cannot read 1 bytes: only 0 are queued');
  });

  it('throws while an async read waits, even if obtained before', async () => {
    const { sock, channel } = attached(new Websock());
    const { queue } = sock;
    const two = sock.read(2);
    const refused = expect.objectContaining({ code: 'ERR_READ_PENDING' });
    expect(() => queue.readUint8()).toThrow(refused);
    expect(() => queue.length).toThrow(refused);
    channel.deliver(hex('01 02 03'));
    expect(await two).toEqual(hex('01 02'));
    expect(queue.readUint8()).toBe(3);
  });

  it('is the same object for all connections, and cannot add bytes', () => {
    const { sock, channel } = attached(new Websock());
    const { queue } = sock;
    channel.deliver(hex('01'));
    const next = new FakeWebSocket().open();
    sock.attach(next);
    next.deliver(hex('02'));
    expect(sock.queue).toBe(queue);
    expect(queue.readUint8()).toBe(2);
    for (const name of ['push', 'unshift', 'hold']) expect(name in queue).toBe(false);
  });
});
