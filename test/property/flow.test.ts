/**
 * Two state machines over a network that cuts, delays, loses and lies: whatever it does, no byte is lost, duplicated or
 * reordered, memory stays bounded, and every session ends cleanly on both sides.
 */
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { ClientPeer, Network, ServerPeer } from '../helpers/flow/network.js';
import { MIB, STREAM, type Peer, type PeerPlan, type Timers } from '../helpers/flow/peer.js';
import { CUTS, type Cut, type Wire } from '../helpers/flow/wire.js';
import { World } from '../helpers/flow/world.js';

const isLong = !!process.env.WEBSOCK_LONG;
const HOUR = 3_600_000;
if (isLong) vi.setConfig({ testTimeout: 900_000 });

/** Most sessions are small, because it matters where they are cut; some fill every window. */
function planOf(world: World, timers: Timers, given?: number): PeerPlan {
  const { random } = world;
  const length =
    given ?? random.pick([0, 1, random.below(300), random.below(70_000), random.below(3 * MIB)]);
  return {
    length,
    leaves: false,
    piece: 1 + random.below(random.pick([MIB, length])) + (length >> 6),
    pace: random.pick([1, 100, 3000]),
    idle: random.pick([0, 0, 10, 2000]),
    reads: random.pick([0, 0, 0, 1000, 200_000]),
    timers,
    window: random.pick([65_536, 200_000, MIB]),
  };
}

function networkOf({ random }: World) {
  return {
    cuts: random.pick([0, 1, 3, 20]),
    life: random.pick([1, 100, 2000, 20_000]),
    refuses: random.pick([0, 2, 5]),
  };
}

function expectWhole(from: Peer, to: Peer): void {
  expect(to.position + to.unread).toBe(from.plan.length);
  expect(to.unread).toBe(0);
  expect(to.isEnded).toBe(true);
}

function expectBounded(peer: Peer): void {
  expect(peer.mostUnconfirmed).toBeLessThanOrEqual(MIB + peer.plan.piece);
  expect(peer.mostUnread).toBeLessThanOrEqual(Math.max(peer.plan.window, peer.plan.reads));
}

const TIMERS: readonly (readonly [Timers, Timers])[] = [
  ['live', 'live'],
  ['slow', 'live'],
  ['live', 'dead'],
  ['live', 'slow'],
];

/** Runs a schedule to its end. */
function play(seed: number, client: Timers, server: Timers) {
  const world = new World(seed);
  const far = new ServerPeer(world, planOf(world, server), HOUR);
  const network = new Network(world, far, networkOf(world));
  const near = new ClientPeer(network, planOf(world, client));
  near.flow.open();
  world.run();
  return { near, far, network, world };
}

describe.each(TIMERS)('client with %s timers, server with %s ones', (client, server) => {
  it('carries every byte once, in order, and ends cleanly', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { near, far, world } = play(seed, client, server);
        // A server whose last message was never confirmed learns of the end only when time runs out.
        world.now += 2 * HOUR;
        far.flow.tick();
        expect(near.ending).toEqual({ kind: 'clean', why: '' });
        expect(far.ending).toEqual({ kind: 'clean', why: '' });
        expectWhole(near, far);
        expectWhole(far, near);
        expectBounded(near);
        expectBounded(far);
      }),
      { numRuns: isLong ? 20_000 : 700 },
    );
  });
});

describe('an end with `leave`', () => {
  it('is clean, and a side that stays gets every byte', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const world = new World(seed);
        const { random } = world;
        const [leaves, alsoLeaves] = random.pick([
          [true, false],
          [false, true],
          [true, true],
        ]);
        const far = new ServerPeer(world, { ...planOf(world, 'live'), leaves: alsoLeaves }, HOUR);
        const network = new Network(world, far, networkOf(world));
        const near = new ClientPeer(network, { ...planOf(world, 'live'), leaves });
        near.flow.open();
        world.run();
        world.now += 2 * HOUR;
        far.flow.tick();
        expect(near.ending).toEqual({ kind: 'clean', why: '' });
        // A client that leaves while suspended, with nothing unconfirmed, makes only one attempt to say so.
        if (!near.hasParted) expect(far.ending).toEqual({ kind: 'clean', why: '' });
        else if (!alsoLeaves) expect(far.position + far.unread).toBe(near.plan.length);
        // The side that stays reads everything, unless it has left too.
        if (!alsoLeaves && !near.hasParted) expectWhole(near, far);
        if (!leaves) expectWhole(far, near);
      }),
      { numRuns: isLong ? 10_000 : 400 },
    );
  });

  it('may follow a plain end', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const world = new World(seed);
        const far = new ServerPeer(world, planOf(world, 'live', 3 * MIB), HOUR);
        const network = new Network(world, far, networkOf(world));
        const near = new ClientPeer(network, planOf(world, 'live'));
        near.flow.open();
        world.after(1500 + world.random.below(20_000), () => near.flow.end(true));
        world.run();
        world.now += 2 * HOUR;
        far.flow.tick();
        expect(near.ending).toEqual({ kind: 'clean', why: '' });
        if (!near.hasParted) expect(far.ending?.kind).toBe('clean');
      }),
      { numRuns: isLong ? 10_000 : 400 },
    );
  });
});

describe('a page that is hidden, shown, restored', () => {
  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const world = new World(seed);
        const { random } = world;
        const far = new ServerPeer(world, planOf(world, 'live'), HOUR);
        const network = new Network(world, far, networkOf(world));
        const near = new ClientPeer(network, planOf(world, random.pick(['live', 'slow'])));
        near.flow.open();
        for (let count = random.below(20); count > 0; count--) {
          world.after(random.below(random.pick([2000, 60_000])), () =>
            random.oneIn(2) ? near.flow.nudge() : near.flow.restored(),
          );
        }
        world.run();
        if (!near.isOpen) return;
        world.now += 2 * HOUR;
        far.flow.tick();
        expect(near.ending).toEqual({ kind: 'clean', why: '' });
        expectWhole(near, far);
        expectWhole(far, near);
      }),
      { numRuns: isLong ? 10_000 : 400 },
    );
  });
});

describe('a target that fails', () => {
  it('is reported after its bytes, and not at all after its end', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const world = new World(seed);
        const plan = planOf(world, 'live');
        const far = new ServerPeer(world, plan, HOUR);
        const network = new Network(world, far, networkOf(world));
        const near = new ClientPeer(network, planOf(world, 'live', 3 * MIB));
        near.flow.open();
        let sent = 0;
        world.after(2000 + world.random.below(5000), () => {
          sent = far.flow.bytesSent;
          if (sent === plan.length) far.flow.end();
          else far.stop();
          far.flow.fail('broken');
        });
        world.run();
        if (!near.isOpen) return;
        expect(near.position + near.unread).toBe(sent);
        if (sent < plan.length) {
          expect(near.ending).toEqual({ kind: 'reset', why: 'broken' });
        } else {
          expect(near.ending).toEqual({ kind: 'clean', why: '' });
          expectWhole(near, far);
        }
      }),
      { numRuns: isLong ? 10_000 : 400 },
    );
  });
});

describe('a cut at every message', () => {
  /** A session of a few messages each way, on a network that does only what `onWire` sets up. */
  function session(onWire: (wire: Wire, number: number) => void) {
    const world = new World(7);
    const plan = {
      leaves: false,
      pace: 200,
      idle: 0,
      reads: 0,
      timers: 'live',
      window: 65_536,
    } as const;
    const far = new ServerPeer(world, { ...plan, length: 300_000, piece: 60_000 }, HOUR);
    const network = new Network(world, far, { cuts: 0, life: 1, refuses: 0 });
    let number = 0;
    network.onWire = (wire) => onWire(wire, number++);
    const near = new ClientPeer(network, { ...plan, length: 500, piece: 100 });
    near.flow.open();
    world.run();
    world.now += 2 * HOUR;
    far.flow.tick();
    expect(near.ending).toEqual({ kind: 'clean', why: '' });
    expect(far.ending).toEqual({ kind: 'clean', why: '' });
    expectWhole(near, far);
    expectWhole(far, near);
    return near;
  }

  /** Cuts a WebSocket at its nth message or close, from either side. */
  function cutAt(wire: Wire, nth: number, how: Cut, isFirst = false): void {
    // Until the server has heard its client, there is no session that it would wait long for.
    let isHeard = !isFirst;
    wire.server.onMessage = () => (isHeard = true);
    let count = 0;
    const pass = (): void => {
      if (isHeard && count++ === nth) wire.cut(how, true);
    };
    wire.client.onPass = wire.server.onPass = pass;
  }

  let messages = 0;
  session((wire) => {
    wire.client.onPass = wire.server.onPass = () => messages++;
  });

  it.each(CUTS)('loses nothing: %s', (how) => {
    expect(messages).toBeGreaterThan(20);
    for (let nth = 0; nth < messages; nth++) {
      session((wire, n) => n === 0 && cutAt(wire, nth, how, true));
    }
  });

  it.each(CUTS)('loses nothing when the next one, or the next hundred, are cut too: %s', (how) => {
    for (let nth = 0; nth < messages; nth += 3) {
      for (let again = 0; again < 8; again++) {
        session((wire, n) => {
          if (n === 0) cutAt(wire, nth, how, true);
          else if (n <= (again % 2 ? 1 : 100)) cutAt(wire, again, how);
        });
      }
    }
  });
});

describe('a frozen state', () => {
  it('continues in one of two copies, complete; the other gets 4409', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const world = new World(seed);
        const { random } = world;
        const far = new ServerPeer(world, planOf(world, 'live'), HOUR);
        const network = new Network(world, far, networkOf(world));
        const plan = planOf(world, 'live');
        const near = new ClientPeer(network, plan);
        near.flow.open();
        const copies: ClientPeer[] = [];
        const freezeAt = 1500 + random.below(random.pick([10, 1000, 30_000]));
        const withOriginal = random.oneIn(2);
        world.after(freezeAt, () => {
          const state = near.flow.freeze();
          if (!state) return;
          const { kept } = state.outgoing;
          const start = state.outgoing.confirmed;
          expect(Buffer.compare(kept, STREAM.subarray(start, start + kept.length))).toBe(0);
          near.stop();
          for (let count = withOriginal ? 1 : 2; count > 0; count--) {
            const copy = new ClientPeer(network, plan, near, structuredClone(state));
            copies.push(copy);
            world.after(random.below(5000), () => copy.goOn());
          }
          if (!withOriginal) return;
          copies.push(near);
          world.after(random.below(5000), () => {
            near.flow.wake();
            near.goOn();
          });
        });
        world.run();
        if (copies.length === 0) copies.push(near);
        const [winner, ...losers] = copies.toSorted((a, b) =>
          (a.ending?.kind ?? '').localeCompare(b.ending?.kind ?? ''),
        );
        expect(winner.ending).toEqual({ kind: 'clean', why: '' });
        expectWhole(far, winner);
        expectWhole(winner, far);
        expect(far.ending).toEqual({ kind: 'clean', why: '' });
        for (const { ending } of losers) expect(ending).toMatchObject({ kind: 'lost', code: 4409 });
      }),
      { numRuns: isLong ? 20_000 : 700 },
    );
  });
});
