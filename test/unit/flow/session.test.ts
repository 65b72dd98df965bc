/** How a session begins, is resumed, and ends. */
import { describe, expect, it } from 'vitest';
import { FlowEnd, receiveResume } from '../../../src/flow/index.js';
import { ClientEnd, Link, ServerEnd, SESSION } from '../../helpers/flow/ends.js';

const MIB = 1024 * 1024;
const bytes = (length: number): Uint8Array => new Uint8Array(length);

it('both ends of a session are a FlowEnd', () => {
  expect(new ClientEnd().flow).toBeInstanceOf(FlowEnd);
  expect(new ServerEnd().flow).toBeInstanceOf(FlowEnd);
});

describe('a new session', () => {
  it('is begun by the server: the client sends nothing before', () => {
    const client = new ClientEnd();
    client.flow.open();
    expect(client.news).toEqual(['dial 0']);
    client.flow.push(bytes(5));
    client.input.opened();
    client.pass(100_000);
    expect(client.link.news).toEqual([]);
    expect(client.flow.hasBegun).toBe(false);
    client.hear({ session: SESSION, linger: 60_000, limit: 65_536 });
    expect(client.flow.hasBegun).toBe(true);
    expect(client.news).toEqual(['opened']);
    expect(client.link.news).toEqual([{ received: 0, limit: MIB }, { ping: 1 }, 5]);
  });

  it('is named by the server, with the window and the route', () => {
    const server = new ServerEnd({ window: 70_000, route: 'w2' });
    const link = new Link();
    server.flow.accept(link);
    expect(link.news).toEqual([{ session: SESSION, linger: 60_000, limit: 70_000, route: 'w2' }]);
  });

  it('has a random name of 22 characters', () => {
    const names = new Set(
      Array.from({ length: 100 }, () => new ServerEnd({ name: undefined }).flow.name),
    );
    expect(names.size).toBe(100);
    for (const name of names) expect(name).toMatch(/^[\w-]{22}$/);
  });

  it('does not begin with a route too long for the message', () => {
    const server = new ServerEnd({ route: 'x'.repeat(1000) });
    expect(() => server.flow.accept(new Link())).toThrow(RangeError);
  });

  it.each([
    ['bytes', bytes(5)],
    ['control of another kind', '{"received":0,"limit":5}'],
    ['text of another protocol', 'hello'],
  ])('fails if the server sends anything else first: %s', (_name, message) => {
    const client = new ClientEnd();
    client.flow.open();
    client.flow.push(bytes(5));
    client.input.opened();
    client.input.message(message);
    expect(client.ending).toMatchObject({ kind: 'channel' });
    expect(client.link.sent).toEqual([]);
    expect(client.link.closed).toBe(4400);
  });

  it('fails if the WebSocket closes first', () => {
    const client = new ClientEnd();
    client.flow.open();
    client.input.closed(1011);
    expect(client.ending).toMatchObject({ kind: 'channel', code: 1011 });
  });
});

describe('a lost WebSocket', () => {
  it.each([1000, 1001, 1005, 1006, 1011, 1012, 4001, 4999])(
    'with %i suspends both ends',
    (code) => {
      const client = new ClientEnd().begin();
      client.input.closed(code);
      expect(client.news).toEqual([`suspended ${code}`]);
      expect(client.flow.isSuspended).toBe(true);
      const server = new ServerEnd().begin();
      server.input.closed(code);
      expect(server.news).toEqual([`suspended ${code}`]);
    },
  );

  it.each([1002, 1003, 1007, 1009, 4400, 4403, 4404, 4409])(
    'with %i ends the session for the client',
    (code) => {
      const client = new ClientEnd().begin();
      client.input.closed(code);
      expect(client.ending).toMatchObject({ kind: 'lost', code });
      const tried = new ClientEnd().begin();
      tried.redial();
      tried.input.closed(code);
      expect(tried.ending).toMatchObject({ kind: 'lost', code });
    },
  );

  it('is replaced by another, which resumes from what has arrived', () => {
    const client = new ClientEnd().begin({ route: 'w2' });
    client.input.message(bytes(7));
    client.flow.push(bytes(10));
    client.quiet().redial();
    expect(client.news).toEqual(['suspended 1006', 'dial 1 w2']);
    expect(client.link.news).toEqual([
      { resume: SESSION, try: 1, by: 'I', received: 7, limit: MIB },
    ]);
    client.flow.push(bytes(1));
    expect(client.link.news).toEqual([]);
    client.hear({ received: 4, limit: 1_000_000 });
    expect(client.news).toEqual(['resumed 1', 'writable']);
    expect(client.link.news).toEqual([{ ping: 2 }, 7]);
    expect(client.flow.isSuspended).toBe(false);
  });

  it('counts tries over the whole session', () => {
    const client = new ClientEnd().begin();
    client.redial().redial();
    expect(client.link.sent).toMatchObject([{ try: 2 }]);
    client.hear({ received: 0, limit: 65_536 }).redial();
    expect(client.link.sent).toMatchObject([{ try: 3 }]);
    client.hear({ received: 0, limit: 65_536 });
    expect(client.told).toContain('resumed 2');
  });

  it('is ignored from then on', () => {
    const client = new ClientEnd().begin();
    const [old] = client.inputs;
    client.redial().hear({ received: 0, limit: 65_536 }).quiet();
    old.message(bytes(5));
    old.message('nonsense');
    old.closed(4404);
    expect(client.news).toEqual([]);
    expect(client.flow.bytesReceived).toBe(0);
  });

  it('followed by an impossible answer is a violation', () => {
    for (const received of [4, 11]) {
      const client = new ClientEnd().begin();
      client.flow.push(bytes(10));
      client.hear({ received: 5, limit: 65_536 });
      client.redial().hear({ received, limit: 65_536 });
      expect(client.ending).toMatchObject({ kind: 'violation' });
      expect(client.link.closed).toBe(4400);
    }
    const client = new ClientEnd().begin().redial();
    client.hear({ ping: 1 });
    expect(client.ending).toMatchObject({ kind: 'violation' });
  });
});

describe('a resume', () => {
  const used = (): ServerEnd => {
    const server = new ServerEnd().begin();
    server.flow.push(bytes(10));
    server.hear({ received: 3, limit: 1_000_000 });
    expect(server.resume({ try: 5, by: 'I', received: 4 })).toBeUndefined();
    expect(server.link.news).toEqual([{ received: 0, limit: MIB }, 6]);
    return server;
  };

  it.each([
    [{ try: 5 }, 4409],
    [{ try: 4 }, 4409],
    [{ try: 6, by: 'J' }, 4409],
    [{ try: 6, by: 'J', of: ['K'] }, 4409],
    [{ try: 6, received: 3 }, 4400],
    [{ try: 6, received: 11 }, 4400],
    [{ try: 6, received: 10, ended: true }, 4400],
    [{ try: 6, received: 4 }, undefined],
    [{ try: 6, received: 10 }, undefined],
    [{ try: 6, received: 4, by: 'J', of: ['I'] }, undefined],
    [{ try: 6, received: 4, by: 'J', of: ['H', 'I'] }, undefined],
  ])('%j: %s', (message, code) => {
    const server = used();
    const { link } = server;
    server.quiet();
    expect(server.resume(message)).toBe(code);
    if (code === undefined) return expect(link.closed).toBe(4409);
    // The session does not notice.
    expect(server.news).toEqual([]);
    expect(link.closed).toBeUndefined();
    server.flow.push(bytes(1));
    expect(link.news).toEqual([1]);
    // And the refused try has had no effect.
    return expect(server.resume({ try: 6, by: 'I', received: 4 })).toBeUndefined();
  });

  it('is answered first, and then the server sends what is missing', () => {
    const server = new ServerEnd().begin();
    server.flow.push(bytes(100));
    server.flow.end();
    server.input.closed(1006);
    server.flow.allow(0);
    server.quiet();
    server.resume({ received: 30 });
    expect(server.news).toEqual(['resumed 1', 'writable']);
    expect(server.link.news).toEqual([{ received: 0, limit: MIB }, 70, { end: 100 }]);
  });

  it('is accepted under any name if none was accepted before', () => {
    const server = new ServerEnd().begin();
    expect(server.resume({ by: 'J', of: ['K'] })).toBeUndefined();
    expect(server.resume({ by: 'L', of: ['K'], try: 2 })).toBe(4409);
  });

  it('is checked before it reaches its session', () => {
    const server = new ServerEnd().begin();
    const find = (name: string) => (name === SESSION ? server.flow : undefined);
    const resume = { try: 1, by: 'I', received: 0, limit: 65_536 };
    for (const [message, code] of [
      [JSON.stringify({ ...resume, resume: 'b'.repeat(22) }), 4404],
      [JSON.stringify({ ...resume, resume: SESSION, try: 0 }), 4409],
      [JSON.stringify({ received: 0, limit: 0 }), 4400],
      ['x'.repeat(MIB), 4400],
      [bytes(5), 4400],
    ] as const) {
      const link = new Link();
      const input = receiveResume(link, find);
      input.message(message);
      input.message(message);
      expect(link.closed).toBe(code);
      expect(link.sent).toEqual([]);
    }
    expect(server.told).toEqual([]);
    const refused = receiveResume(new Link(), find);
    refused.message('nonsense');
    refused.message(JSON.stringify({ ...resume, resume: SESSION }));
    expect(server.told).toEqual([]);
    const link = new Link();
    const input = receiveResume(link, find);
    input.message(JSON.stringify({ ...resume, resume: SESSION }));
    input.message(bytes(5));
    expect(server.news).toEqual(['writable', 'data 5']);
    input.closed(1006);
    expect(server.news).toEqual(['suspended 1006']);
  });
});

describe('the end', () => {
  it('of one direction leaves the other open', () => {
    const client = new ClientEnd().begin();
    client.flow.push(bytes(5));
    client.flow.end();
    expect(client.link.news).toEqual([5, { end: 5 }]);
    expect(client.flow.room).toBe(0);
    client.hear({ received: 5, limit: 65_536, ended: true });
    expect(client.flow.isEndConfirmed).toBe(true);
    client.input.message(bytes(3));
    client.hear({ end: 3 });
    expect(client.told).toEqual(['writable', 'data 3', 'ended', 'closed clean']);
    expect(client.link.news).toEqual([{ received: 3, limit: MIB, ended: true }]);
    expect(client.link.closed).toBe(1000);
  });

  it('is complete only when both directions are confirmed', () => {
    const client = new ClientEnd().begin();
    client.flow.end();
    client.hear({ end: 0 });
    expect(client.link.closed).toBeUndefined();
    client.hear({ received: 0, limit: 65_536 });
    expect(client.link.closed).toBeUndefined();
    client.hear({ received: 0, limit: 65_536, ended: true });
    expect(client.link.closed).toBe(1000);
  });

  it('waits for a full WebSocket to take the last message, unless it is lost', () => {
    for (const isLost of [false, true]) {
      const server = new ServerEnd().begin();
      server.flow.end();
      server.hear({ received: 0, limit: 65_536, ended: true });
      server.link.isReady = false;
      server.hear({ end: 0 });
      expect(server.link.closed).toBeUndefined();
      server.link.isReady = true;
      if (isLost) server.input.closed(1006);
      else server.input.drained();
      expect(server.ending?.kind).toBe('clean');
      if (isLost) continue;
      expect(server.link.sent.at(-1)).toEqual({ received: 0, limit: MIB, ended: true });
      expect(server.link.closed).toBe(1000);
    }
  });

  it('is repeated after each resume until confirmed', () => {
    const client = new ClientEnd().begin();
    client.flow.end();
    client.redial().hear({ received: 0, limit: 65_536 });
    expect(client.link.sent).toContainEqual({ end: 0 });
    client.redial().hear({ received: 0, limit: 65_536, ended: true });
    expect(client.link.sent).not.toContainEqual({ end: 0 });
    client.redial().hear({ received: 0, limit: 65_536, ended: true });
    expect(client.link.sent).not.toContainEqual({ end: 0 });
  });

  it('with `leave` ends both directions', () => {
    const client = new ClientEnd().begin();
    client.flow.push(bytes(5));
    client.flow.end(true);
    expect(client.link.news).toEqual([5, { end: 5, leave: true }]);
    client.input.message(bytes(3));
    client.hear({ received: 5, limit: 65_536, ended: true });
    expect(client.link.closed).toBeUndefined();
    client.hear({ received: 5, limit: 65_536, ended: true, left: true });
    expect(client.told).toEqual(['writable', 'writable', 'closed clean']);
    expect(client.link.closed).toBe(1000);

    const server = new ServerEnd().begin();
    server.link.isReady = false;
    server.flow.push(bytes(10));
    server.hear({ end: 0, leave: true });
    server.flow.push(bytes(10));
    server.link.isReady = true;
    server.input.drained();
    expect(server.news).toEqual(['left', 'closed clean']);
    expect(server.link.news).toEqual([{ received: 0, limit: MIB, ended: true, left: true }]);
    expect(server.link.closed).toBe(1000);
  });

  it('may become a `leave`, which is confirmed separately', () => {
    const client = new ClientEnd().begin();
    client.flow.end();
    client.hear({ received: 0, limit: 65_536, ended: true });
    client.flow.end(true);
    client.hear({ received: 0, limit: 65_536, ended: true });
    expect(client.link.closed).toBeUndefined();
    expect(client.link.news.at(-1)).toEqual({ end: 0, leave: true });
    client.redial().hear({ received: 0, limit: 65_536, ended: true });
    expect(client.link.news.at(-1)).toEqual({ end: 0, leave: true });
    client.hear({ received: 0, limit: 65_536, ended: true, left: true });
    expect(client.ending?.kind).toBe('clean');
  });

  it('while suspended, with nothing unconfirmed, is reported at once and sent in one try', () => {
    const client = new ClientEnd().begin();
    client.input.closed(1006);
    client.quiet();
    client.flow.end(true);
    expect(client.news).toEqual(['closed clean']);
    client.pass(0);
    expect(client.news).toEqual(['dial 1']);
    client.input.opened();
    client.hear({ received: 0, limit: 65_536 });
    expect(client.link.sent).toContainEqual({ end: 0, leave: true });
    client.hear({ received: 0, limit: 65_536, ended: true, left: true });
    expect(client.link.closed).toBe(1000);
    expect(client.told).toEqual([]);

    const unlucky = new ClientEnd().begin();
    unlucky.input.closed(1006);
    unlucky.flow.end(true);
    unlucky.pass(0);
    unlucky.quiet().input.closed(1006);
    unlucky.pass(10_000);
    expect(unlucky.news).toEqual([]);
  });

  it('while suspended, with bytes unconfirmed, is reported once they are confirmed', () => {
    const client = new ClientEnd().begin();
    client.flow.push(bytes(5));
    client.input.closed(1006);
    client.flow.end(true);
    expect(client.news).toEqual(['suspended 1006']);
    client.pass(100);
    client.input.opened();
    client.hear({ received: 0, limit: 65_536 });
    client.hear({ received: 5, limit: 65_536, ended: true, left: true });
    expect(client.told).toContain('closed clean');
  });

  it('is kept by the server for late resumes until linger expires', () => {
    const server = new ServerEnd().begin();
    server.flow.push(bytes(4));
    server.flow.end();
    server.hear({ end: 0 });
    server.hear({ received: 4, limit: 65_536, ended: true });
    expect(server.ending?.kind).toBe('clean');
    server.pass(59_999);
    expect(server.resume({ received: 4, ended: true })).toBeUndefined();
    expect(server.link.sent).toEqual([{ received: 0, limit: MIB, ended: true }, { end: 4 }]);
    expect(server.link.closed).toBe(1000);
    server.pass(1);
    expect(server.told).toContain('forgotten');
  });

  it('of a failed target is sent after its bytes, and kept too', () => {
    const server = new ServerEnd().begin();
    server.flow.push(bytes(4));
    server.flow.fail('broken');
    expect(server.link.news).toEqual([4, { reset: 'broken' }]);
    expect(server.link.closed).toBeUndefined();
    server.input.closed(1006);
    server.resume({ received: 1 });
    expect(server.link.news).toEqual([{ received: 0, limit: MIB }, 3, { reset: 'broken' }]);
    server.hear({ received: 4, limit: 65_536 });
    expect(server.link.closed).toBe(1000);
    expect(server.ending).toMatchObject({ kind: 'reset', why: 'broken' });
    server.resume({ received: 4, try: 2 });
    expect(server.link.news).toEqual([{ reset: 'broken' }]);
  });

  it('stays clean if the target fails afterwards', () => {
    const server = new ServerEnd().begin();
    server.flow.end();
    server.flow.fail('broken');
    expect(server.link.news).toEqual([{ end: 0 }]);
    server.input.message(bytes(10));
    server.hear({ end: 10 }).hear({ received: 0, limit: 65_536, ended: true });
    expect(server.ending?.kind).toBe('clean');
  });

  it('by reset() comes at once, ahead of queued bytes', () => {
    const server = new ServerEnd().begin();
    server.link.isReady = false;
    server.flow.push(bytes(4));
    server.flow.reset(`shutting down${'!'.repeat(1000)}`, 1001);
    expect(server.link.sent).toEqual([{ reset: `shutting down${'!'.repeat(147)}` }]);
    expect(server.link.closed).toBe(1001);
    const client = new ClientEnd().begin();
    client.input.message(bytes(4));
    client.hear({ reset: 'shutting down' });
    expect(client.link.news).toEqual([{ received: 4, limit: MIB }]);
    expect(client.link.closed).toBe(1000);
    expect(client.ending).toEqual({ kind: 'reset', why: 'shutting down' });
  });

  it('is reported once, whatever follows', () => {
    const client = new ClientEnd().begin();
    client.flow.reset('mine');
    client.quiet();
    client.input.message(bytes(5));
    client.input.closed(1006);
    client.flow.push(bytes(5));
    client.flow.end();
    client.flow.fail('late');
    client.flow.reset('late');
    client.flow.allow(0);
    client.flow.nudge();
    client.flow.restored();
    client.pass(100_000);
    expect(client.news).toEqual([]);
    expect(client.flow.room).toBe(0);
    expect(client.flow.freeze()).toBeUndefined();
  });
});

describe('a server whose client is away', () => {
  it('waits for the linger time, then gives up', () => {
    const server = new ServerEnd().begin();
    server.input.closed(1006);
    // The timer set for the ping fires first.
    server.pass(15_000);
    expect(server.wakeAt).toBe(server.time + 45_000);
    server.pass(44_999);
    server.flow.push(bytes(65_536));
    expect(server.news).toEqual(['suspended 1006']);
    server.pass(1);
    expect(server.news).toEqual(['closed lost', 'forgotten']);
  });

  it('waits 10 s for a client it never heard from', () => {
    const server = new ServerEnd();
    const input = server.flow.accept(new Link());
    input.closed(1006);
    server.pass(9999);
    expect(server.ending).toBeUndefined();
    server.pass(1);
    expect(server.ending?.kind).toBe('lost');
  });

  it('ends cleanly if both directions had ended', () => {
    const server = new ServerEnd().begin();
    server.flow.end();
    server.hear({ end: 0 });
    server.input.closed(1006);
    server.pass(60_000);
    expect(server.ending?.kind).toBe('clean');
    const half = new ServerEnd().begin();
    half.hear({ end: 0 });
    half.input.closed(1006);
    half.pass(60_000);
    expect(half.ending?.kind).toBe('lost');
  });

  it('can be made to give up early, but only while suspended', () => {
    const server = new ServerEnd().begin();
    server.flow.expire();
    expect(server.ending).toBeUndefined();
    server.input.closed(1006);
    server.flow.expire();
    expect(server.news).toEqual(['suspended 1006', 'closed lost', 'forgotten']);
  });

  it('goes on when the client returns', () => {
    const server = new ServerEnd().begin();
    server.input.closed(1006);
    server.pass(50_000);
    server.resume({});
    server.pass(50_000);
    expect(server.news).toEqual(['suspended 1006', 'resumed 1', 'writable']);
  });
});
