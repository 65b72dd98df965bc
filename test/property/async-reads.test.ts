import { it } from 'vitest';
import { fuzzAsync } from '../fuzz/async.js';
import { firstSeed } from '../helpers/first-seed.js';

// `npm run test:long` runs a hundred times as many.
const RUNS = process.env.WEBSOCK_LONG ? 100_000 : 1000;

it(`async and sync reads, mixed and aborted, yield the stream: ${RUNS} fragmentations`, async () => {
  for (let i = 0; i < RUNS; i++) await fuzzAsync((firstSeed + i) >>> 0);
}, 600_000);
