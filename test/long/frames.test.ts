/**
 * A million random streams of frames through our decoder and that of `ws`. Part of `npm run test:long`.
 */
import { expect, test } from 'vitest';
import { Random } from '../fuzz/random.js';
import { firstSeed } from '../helpers/first-seed.js';
import { compareDecoders } from '../helpers/frame-streams.js';

const STREAMS = 1_000_000;

test(`${STREAMS} random, cut and mutated streams are decoded as ws decodes them`, () => {
  let differences = 0;
  for (let seed = firstSeed; seed < firstSeed + STREAMS; seed += 1) {
    const difference = compareDecoders(new Random(seed));
    if (!difference) continue;
    differences += 1;
    expect(difference, `seed ${seed}`).toBeUndefined();
  }
  console.log(`frames: ${STREAMS} streams from seed ${firstSeed}, ${differences} differences`);
}, 600_000);
