import { expect, onTestFinished, test, vi } from 'vitest';
import { signedTargets, signTarget } from '../../../src/bridge/index.js';
import { ask } from '../../helpers/access.js';
import { startBridge, startEcho } from '../../helpers/bridge.js';

const secret = 'x'.repeat(32);

async function start(rules = {}) {
  const target = await startEcho();
  const bridge = await startBridge(1, {
    target: signedTargets(secret, { maxFailures: 0, ...rules }),
    allowOrigins: ['https://app.example'],
  });
  const sign = (origin?: string) =>
    `/?${signTarget({ secret, target: `127.0.0.1:${target.port}`, origin })}`;
  return { port: bridge.port, sign };
}

test('a signature is good for its origin, repeatedly, until it expires after 30 s', async () => {
  const { port, sign } = await start();
  const page = sign('https://APP.example:443');
  const Origin = 'https://app.example';
  expect(await ask(port, page, { Origin })).toBe(101);
  expect(await ask(port, page, { Origin })).toBe(101);
  expect(await ask(port, page)).toBe(403);
  expect(await ask(port, page, { Origin: 'http://127.0.0.1', Host: '127.0.0.1' })).toBe(403);

  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const path = sign();
  vi.setSystemTime(Date.now() + 29_900);
  expect(await ask(port, path)).toBe(101);
  vi.setSystemTime(Date.now() + 200);
  expect(await ask(port, path)).toBe(403);
  // A signature from a clock that is seconds ahead passes; from one that is further ahead, it would live too long.
  const now = Date.now();
  vi.setSystemTime(now + 4_000);
  const [ahead] = [sign()];
  vi.setSystemTime(now + 60_000);
  const far = sign();
  vi.setSystemTime(now);
  expect(await ask(port, ahead)).toBe(101);
  expect(await ask(port, far)).toBe(403);
});

test('once: the second use is refused, another signature is not', async () => {
  const { port, sign } = await start({ once: true });
  const paths = [sign(), sign()];
  for (const path of paths) {
    expect(await ask(port, path)).toBe(101);
    expect(await ask(port, path)).toBe(403);
  }
});

test('once: only once, even if the clock is changed', async () => {
  const { port, sign } = await start({ once: true });
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const [first, second] = [sign(), sign()];
  const now = Date.now();
  expect(await ask(port, first)).toBe(101);
  vi.setSystemTime(now + 60_000);
  expect(await ask(port, sign())).toBe(101);
  vi.setSystemTime(now);
  expect(await ask(port, first)).toBe(403);
  expect(await ask(port, second)).toBe(101);
});

test('misuse', () => {
  expect(() => signTarget({ secret: 'short', target: 'a:1' })).toThrow('expected at least 32');
  expect(() => signTarget({ secret, target: 'a' })).toThrow('a target is host:port');
  expect(() => signTarget({ secret, target: 'a:1', origin: 'null' })).toThrow('for the origin');
  expect(() => signedTargets('short')).toThrow(RangeError);
  expect(() => signedTargets(secret, { allowNetworks: ['x'] })).toThrow('the network "x"');
  expect(() => signedTargets(secret, { allowPorts: ['2-1'] })).toThrow('the port "2-1"');
  expect(() => signedTargets(secret, { maxFailures: -1 })).toThrow('failures');
});
