/** When a client retries, suspects that its WebSocket is dead, freezes and wakes. */
import { describe, expect, it } from 'vitest';
import { retryDelay } from '../../../src/flow/tries.js';
import { ClientEnd, ServerEnd, SESSION } from '../../helpers/flow/ends.js';

const MIB = 1024 * 1024;
const bytes = (length: number): Uint8Array => new Uint8Array(length);

describe('tries', () => {
  it('come after 0 to 0.5 s, then 0.5 s doubling to 5 s, half of it random', () => {
    const delays = (random: number) =>
      [1, 2, 3, 4, 5, 6, 50].map((attempt) => retryDelay(attempt, random));
    expect(delays(0)).toEqual([0, 250, 500, 1000, 2000, 2500, 2500]);
    expect(delays(1)).toEqual([500, 500, 1000, 2000, 4000, 5000, 5000]);
  });

  it('come when `retry` says so, given the attempt and the downtime', () => {
    const asked: number[][] = [];
    const retry = (attempt: number, downtime: number): number | false => {
      asked.push([attempt, downtime]);
      return attempt === 3 ? false : attempt * 1000;
    };
    const client = new ClientEnd({ retry }).begin();
    client.input.closed(1006);
    client.pass(999);
    expect(client.links.length).toBe(1);
    client.pass(1).input.closed(1006);
    client.pass(2000).input.closed(1006);
    expect(asked).toEqual([
      [1, 0],
      [2, 1000],
      [3, 3000],
    ]);
    expect(client.ending?.kind).toBe('lost');
  });

  it('time out after 15 s without an answer', () => {
    const client = new ClientEnd().begin().redial();
    client.pass(14_999);
    expect(client.link.closed).toBeUndefined();
    client.pass(1);
    expect(client.link.closed).toBe(4001);
    client.pass(100);
    expect(client.links.length).toBe(3);
  });

  it('go on for 1.5 times the linger time, and one more comes after a sleep', () => {
    const client = new ClientEnd().begin({ linger: 10_000 });
    client.redial().redial().input.closed(1006);
    client.time += 1_000_000;
    client.flow.tick();
    expect(client.ending).toBeUndefined();
    client.input.closed(1006);
    expect(client.ending).toMatchObject({ kind: 'lost', code: 1006 });

    const within = new ClientEnd({ retry: () => 5000 }).begin({ linger: 10_000 });
    within.input.closed(1006);
    for (let count = 0; count < 3; count++) within.pass(5000).input.closed(1006);
    expect(within.ending).toBeUndefined();
  });
});

describe('a nudge', () => {
  it('sends a ping, and drops the WebSocket after 3 s of silence', () => {
    const client = new ClientEnd().begin();
    client.flow.nudge();
    expect(client.link.news).toEqual([{ ping: 2 }]);
    client.pass(2000).flow.nudge();
    client.pass(999);
    expect(client.news).toEqual([]);
    client.pass(1);
    expect(client.news).toEqual(['suspended 1006']);
    expect(client.link.closed).toBe(4001);
  });

  it('is settled by any message', () => {
    const client = new ClientEnd().begin();
    client.flow.nudge();
    client.input.message(bytes(1));
    client.pass(10_000);
    expect(client.flow.isSuspended).toBe(false);
  });

  it('while suspended redials at once, unless a try began within 2 s', () => {
    const client = new ClientEnd({ retry: () => 30_000 }).begin();
    client.pass(5000).input.closed(1006);
    client.flow.nudge();
    client.pass(0);
    expect(client.told).toEqual(['suspended 1006', 'dial 1']);
    client.pass(2000).flow.nudge();
    client.pass(0);
    expect(client.links.length).toBe(2);
    client.pass(1).flow.nudge();
    client.pass(0);
    expect(client.links.length).toBe(3);
    expect(client.links[1].closed).toBe(4001);
  });

  it('is skipped after the back/forward cache: the client redials at once', () => {
    const client = new ClientEnd().begin();
    client.flow.restored();
    client.pass(0);
    expect(client.news).toEqual(['suspended 1006', 'dial 1']);
    expect(client.links[0].closed).toBe(4001);
  });
});

describe('silence', () => {
  it('triggers a ping after 15 s, and suspends the session 10 s later', () => {
    const client = new ClientEnd().begin();
    client.input.message(bytes(1));
    client.quiet().pass(14_999);
    expect(client.link.news).toEqual([{ received: 1, limit: MIB }]);
    client.pass(1);
    expect(client.link.news).toEqual([{ ping: 2 }]);
    client.pass(9999);
    expect(client.flow.isSuspended).toBe(false);
    client.pass(1);
    expect(client.flow.isSuspended).toBe(true);
  });

  it('is ended by any message', () => {
    const client = new ClientEnd().begin();
    client.pass(15_000).hear({ received: 0, limit: 65_536 }).pass(10_000);
    expect(client.flow.isSuspended).toBe(false);
  });

  it('that the page slept through must pass once more to count', () => {
    const client = new ClientEnd().begin();
    client.hear({ pong: 1 }).pass(15_000).quiet().pass(12_001);
    expect(client.flow.isSuspended).toBe(false);
    expect(client.link.news).toEqual([{ ping: 3 }]);
    // In a hidden page all timers run late, but messages are delivered between them.
    client.pass(60_000);
    expect(client.flow.isSuspended).toBe(true);
  });

  it('makes the server ping, but never suspend', () => {
    const server = new ServerEnd().begin();
    server.pass(15_000);
    expect(server.link.news).toEqual([{ ping: 1 }]);
    server.pass(1_000_000);
    expect(server.flow.isSuspended).toBe(false);
  });

  it('a matching pong gives a round trip time', () => {
    const client = new ClientEnd().begin();
    expect(client.flow.roundTripTime).toBeUndefined();
    client.time += 30;
    client.hear({ pong: 0 });
    expect(client.flow.roundTripTime).toBeUndefined();
    client.hear({ pong: 1 });
    expect(client.flow.roundTripTime).toBe(30);
  });

  it('pings are answered at most 10 times a second, the newest one only', () => {
    const client = new ClientEnd().begin();
    for (let number = 0; number < 1000; number++) client.hear({ ping: number });
    expect(client.link.news).toEqual([{ pong: 0 }]);
    client.pass(100);
    expect(client.link.news).toEqual([{ pong: 999 }]);
    client.pass(1000);
    expect(client.link.news).toEqual([]);
  });
});

describe('a frozen state', () => {
  it('is plain data that another object continues from', () => {
    const client = new ClientEnd().begin({ route: 'w2' });
    client.flow.push(bytes(10));
    client.hear({ received: 4, limit: 1_000_000 });
    client.input.message(bytes(7));
    client.flow.end();
    const state = structuredClone(client.flow.freeze())!;
    expect(client.link.closed).toBe(4001);
    const copy = new ClientEnd({ name: 'J' }, state);
    copy.pass(0);
    expect(copy.news).toEqual(['dial 1 w2']);
    copy.input.opened();
    expect(copy.link.news).toEqual([{ resume: SESSION, try: 1, by: 'J', received: 7, limit: MIB }]);
    copy.hear({ received: 4, limit: 65_536 });
    expect(copy.link.news).toEqual([{ ping: 1 }, 6, { end: 10 }]);
    expect(copy.flow.bytesSent).toBe(10);
  });

  it('lists every name under which the server may have resumed last', () => {
    const first = new ClientEnd({ name: 'O' }).begin().redial();
    first.hear({ received: 0, limit: 65_536 });
    // A try without an answer: the server may or may not have accepted it.
    const second = new ClientEnd({ name: 'A' }, first.flow.freeze());
    second.pass(0).input.opened();
    const third = new ClientEnd({ name: 'B' }, second.flow.freeze());
    third.pass(0).input.opened();
    expect(third.link.sent).toMatchObject([{ try: 3, by: 'B', of: ['O', 'A'] }]);
    third.redial();
    expect(third.link.sent).toMatchObject([{ try: 4, by: 'B', of: ['O', 'A'] }]);
    third.hear({ received: 0, limit: 65_536 }).redial();
    expect(third.link.sent[0]).not.toHaveProperty('of');
  });

  it('is undefined before the session begins', () => {
    const client = new ClientEnd();
    client.flow.open();
    expect(client.flow.freeze()).toBeUndefined();
  });

  it('stops the object until its page is restored, then under another name', () => {
    const client = new ClientEnd().begin().redial();
    client.hear({ received: 0, limit: 65_536 }).flow.freeze();
    client.quiet().pass(100_000);
    client.flow.nudge();
    expect(client.news).toEqual([]);
    client.flow.restored();
    client.pass(0);
    expect(client.news).toEqual(['dial 1']);
    client.input.opened();
    const [{ by, of }] = client.link.sent as [{ by: string; of: string[] }];
    expect(by).not.toBe('I');
    expect(of).toEqual(['I']);
  });
});
