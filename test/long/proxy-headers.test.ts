/**
 * A hundred thousand random PROXY headers. Part of `npm run test:long`.
 */
import { expect, test } from 'vitest';
import { Random } from '../fuzz/random.js';
import { firstSeed } from '../helpers/first-seed.js';
import { checkHeader } from '../helpers/proxy-headers.js';

const HEADERS = 100_000;

test(`${HEADERS} random and mutated PROXY headers read alike whole and cut`, () => {
  for (let seed = firstSeed; seed < firstSeed + HEADERS; seed += 1) {
    expect(checkHeader(new Random(seed)), `seed ${seed}`).toBeUndefined();
  }
});
