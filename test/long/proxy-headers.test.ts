/**
 * A hundred thousand random PROXY headers, for the header reader alone and for a bridge. Part of `npm run test:long`.
 */
import { expect, test } from 'vitest';
import { Random } from '../fuzz/random.js';
import { request, startBridge } from '../helpers/bridge.js';
import { firstSeed } from '../helpers/first-seed.js';
import { say } from '../helpers/hostile.js';
import { checkHeader, makeHeader } from '../helpers/proxy-headers.js';

const HEADERS = 100_000;
/** Clients at the same time. */
const CLIENTS = 50;

test(`${HEADERS} random and mutated PROXY headers are read the same whole and split`, () => {
  for (let seed = firstSeed; seed < firstSeed + HEADERS; seed += 1) {
    expect(checkHeader(new Random(seed)), `seed ${seed}`).toBeUndefined();
  }
});

test(
  `after ${HEADERS} of them a bridge still serves a good client`,
  { timeout: 600_000 },
  async () => {
    const options = { proxyProtocol: true, trustProxies: ['127.0.0.1'], log: () => {} };
    const { port } = await startBridge(1, options);
    let next = firstSeed;
    const attack = async () => {
      while (next < firstSeed + HEADERS) {
        const random = new Random(next);
        next += 1;
        await say(port, makeHeader(random), random);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, attack));
    const header = 'PROXY TCP4 192.0.2.1 198.51.100.2 4242 443\r\n';
    const health = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    expect((await request(port, header + health)).status).toBe(200);
  },
);
