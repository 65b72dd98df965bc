/**
 * Our decoder against the one of `ws`, in both roles: the same messages, the same close code. `npm run test:long`
 * does the same a million times.
 */
import { expect, test } from 'vitest';
import { Random } from '../../../fuzz/random.js';
import { firstSeed } from '../../../helpers/first-seed.js';
import { compareDecoders } from '../../../helpers/frame-streams.js';

const STREAMS = 5_000;

test(`${STREAMS} random, cut and mutated streams are decoded as ws decodes them`, () => {
  for (let seed = firstSeed; seed < firstSeed + STREAMS; seed += 1) {
    expect(compareDecoders(new Random(seed)), `seed ${seed}`).toBeUndefined();
  }
});
