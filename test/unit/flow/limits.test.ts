/** Credit in both directions, and when `received` must be sent. */
import { describe, expect, it } from 'vitest';
import { ClientEnd, ServerEnd } from '../../helpers/flow/ends.js';

const MIB = 1024 * 1024;
const bytes = (length: number): Uint8Array => new Uint8Array(length);

describe('sending', () => {
  it('goes up to 65,536 bytes until more are allowed, and never past the limit', () => {
    const client = new ClientEnd().begin({ limit: 0 });
    expect(client.flow.room).toBe(65_536);
    client.hear({ received: 0, limit: 100_000 });
    client.hear({ received: 0, limit: 99_999 });
    expect(client.flow.room).toBe(100_000);
    client.flow.push(bytes(100_000));
    expect(client.link.news).toEqual([65_536, 34_464]);
    expect(client.flow.room).toBe(0);
    client.flow.push(bytes(2));
    expect(client.link.news).toEqual([]);
    client.hear({ received: 100_000, limit: 100_001 });
    expect(client.link.news).toEqual([1]);
    client.hear({ received: 100_001, limit: 100_003 });
    expect(client.link.news).toEqual([1]);
    expect(client.flow.room).toBe(1);
  });

  it('keeps at most 1 MiB unconfirmed, or as much as `replay` says', () => {
    for (const [replay, most] of [
      [undefined, MIB],
      [2 * MIB, 2 * MIB],
    ] as const) {
      const client = new ClientEnd({ replay }).begin({ limit: 10 * MIB });
      expect(client.flow.room).toBe(most);
      client.flow.push(bytes(most));
      expect(client.flow.room).toBe(0);
      client.quiet().flow.push(bytes(1));
      expect(client.link.news).toEqual([]);
      client.hear({ received: 5, limit: 10 * MIB });
      expect(client.link.news).toEqual([1]);
      expect(client.flow.room).toBe(4);
      expect(client.flow.unconfirmed).toBe(most - 4);
    }
  });

  it('waits for a full WebSocket, and then answers only the newest ping', () => {
    const server = new ServerEnd().begin();
    server.link.isReady = false;
    server.flow.push(bytes(10));
    for (let number = 0; number < 1000; number++) server.hear({ ping: number });
    expect(server.link.news).toEqual([]);
    server.link.isReady = true;
    server.input.drained();
    expect(server.link.news).toEqual([{ pong: 999 }, 10]);
  });

  it('reports when the room has grown', () => {
    const client = new ClientEnd().begin();
    client.hear({ received: 0, limit: 2_000_000 });
    expect(client.news).toEqual(['writable']);
  });

  it('refuses settings that would stall, such as a small window or replay', () => {
    expect(() => new ClientEnd({ window: 65_535 })).toThrow(
      new RangeError('Cannot use window 65535: it must be a number, 65536 or more'),
    );
    expect(() => new ClientEnd({ replay: MIB - 1 })).toThrow(RangeError);
    expect(() => new ServerEnd({ keepAlive: 0 })).toThrow(RangeError);
    expect(() => new ServerEnd({ window: Infinity })).toThrow(RangeError);
  });
});

describe('received', () => {
  const takesAll = (client: ClientEnd): ClientEnd => {
    client.onData = () => client.flow.allow(0);
    return client;
  };

  it('announces the window to a new session at once', () => {
    const client = new ClientEnd({ window: 400_000 });
    client.flow.open();
    client.input.opened();
    expect(client.link.news).toEqual([]);
    client.hear({ session: 'a'.repeat(22), linger: 1000, limit: 65_536 });
    expect(client.link.news).toContainEqual({ received: 0, limit: 400_000 });
  });

  it('is due when a quarter of the window has arrived', () => {
    const client = new ClientEnd({ window: 400_000 }).begin();
    client.input.message(bytes(50_000));
    client.input.message(bytes(49_999));
    expect(client.link.news).toEqual([]);
    client.input.message(bytes(1));
    expect(client.link.news).toEqual([{ received: 100_000, limit: 400_000 }]);
  });

  it('is due after 512 KiB of a large window', () => {
    const client = takesAll(new ClientEnd({ window: 100 * MIB }).begin());
    for (let count = 0; count < 7; count++) client.input.message(bytes(65_536));
    expect(client.link.news).toEqual([]);
    client.input.message(bytes(65_536));
    expect(client.link.news).toEqual([{ received: MIB / 2, limit: 100.5 * MIB }]);
  });

  it('is due when the limit has grown by a quarter of the window', () => {
    const client = new ClientEnd({ window: 400_000 }).begin();
    for (let count = 0; count < 4; count++) client.input.message(bytes(50_000));
    expect(client.link.news).toEqual([
      { received: 100_000, limit: 400_000 },
      { received: 200_000, limit: 400_000 },
    ]);
    client.flow.allow(100_001);
    expect(client.link.news).toEqual([]);
    client.flow.allow(100_000);
    expect(client.link.news).toEqual([{ received: 200_000, limit: 500_000 }]);
  });

  it('is due when a read waits for bytes past the limit', () => {
    const client = new ClientEnd({ window: 400_000 }).begin();
    client.flow.allow(0, 400_000);
    expect(client.link.news).toEqual([]);
    client.flow.allow(0, 400_001);
    expect(client.link.news).toEqual([{ received: 0, limit: 400_001 }]);
    client.flow.allow(0, 400_001);
    expect(client.link.news).toEqual([]);
  });

  it('is due when an end has arrived', () => {
    const client = new ClientEnd().begin();
    client.input.message(bytes(3));
    client.hear({ end: 3 });
    expect(client.link.news).toEqual([{ received: 3, limit: MIB, ended: true }]);
    client.hear({ end: 3 });
    expect(client.link.news).toEqual([]);
  });

  it('is due 100 ms after the first bytes, once for all of them', () => {
    const client = takesAll(new ClientEnd({ window: 400_000 }).begin());
    client.input.message(bytes(1));
    expect(client.wakeAt).toBe(client.time + 100);
    client.pass(99);
    expect(client.link.news).toEqual([]);
    client.input.message(bytes(1));
    client.pass(1);
    expect(client.link.news).toEqual([{ received: 2, limit: 400_002 }]);
    client.pass(1000);
    expect(client.link.news).toEqual([]);
  });

  it('needs no timer: the next message also triggers it', () => {
    const client = takesAll(new ClientEnd().begin());
    client.input.message(bytes(1));
    client.time += 100;
    client.hear({ pong: 0 });
    expect(client.link.news).toEqual([{ received: 1, limit: MIB + 1 }]);
  });

  it('is sent even if the application throws, and the bytes count', () => {
    const client = new ClientEnd({ window: 65_536 }).begin();
    client.onData = () => {
      throw new Error('mine');
    };
    expect(() => client.input.message(bytes(16_384))).toThrow('mine');
    expect(client.link.news).toEqual([{ received: 16_384, limit: 65_536 }]);
  });
});

describe('violations', () => {
  it.each([
    [
      'bytes past the limit',
      (end: ServerEnd) => {
        end.input.message(bytes(65_536));
        end.input.message(bytes(1));
      },
      65_536,
    ],
    ['an empty message', (end: ServerEnd) => end.input.message(bytes(0))],
    ['a large message', (end: ServerEnd) => end.input.message(bytes(65_537)), MIB],
    ['received beyond what was sent', (end: ServerEnd) => end.hear({ received: 11, limit: 0 })],
    [
      'received below what was confirmed',
      (end: ServerEnd) => {
        end.hear({ received: 10, limit: 0 });
        end.hear({ received: 9, limit: 0 });
      },
    ],
    [
      'an end that was never said is confirmed',
      (end: ServerEnd) => end.hear({ received: 10, limit: 0, ended: true }),
    ],
    ['an end before the bytes', (end: ServerEnd) => end.hear({ end: 1 })],
    [
      'bytes after the end',
      (end: ServerEnd) => {
        end.hear({ end: 0 });
        end.input.message(bytes(1));
      },
    ],
    ['an invalid control message', (end: ServerEnd) => end.input.message('x')],
    ['control of 1 MiB', (end: ServerEnd) => end.input.message(`{"ping":1${' '.repeat(MIB)}}`)],
    [
      'a number of a million digits',
      (end: ServerEnd) => end.input.message(`{"ping":${'9'.repeat(MIB)}}`),
    ],
    [
      'a second "session" or "resume"',
      (end: ServerEnd) => end.hear({ session: 'a'.repeat(22), linger: 1, limit: 1 }),
    ],
  ])('cause a reset and 4400: %s', (_name, act: (end: ServerEnd) => void, window = MIB) => {
    const server = new ServerEnd({ window }).begin();
    server.flow.push(bytes(10));
    act(server);
    expect(server.link.sent.at(-1)).toHaveProperty('reset');
    expect(server.link.closed).toBe(4400);
    expect(server.ending).toMatchObject({ kind: 'violation' });
    // The ended session still says so to a client that tries to resume it.
    expect(server.resume({})).toBeUndefined();
    expect(server.link.sent.at(-1)).toHaveProperty('reset');
    expect(server.link.closed).toBe(1000);
  });
});
