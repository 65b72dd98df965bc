import { describe, it } from 'vitest';
import { run, subjects } from '../fuzz/run.js';
import { firstSeed } from '../helpers/first-seed.js';

// A short run of `npm run fuzz`.
const seeds = [firstSeed, firstSeed + 1, firstSeed + 2];

describe.each(subjects)('%s', (subject) => {
  it.each(seeds)('behaves like one array, whatever the commands: seed %i', (seed) => {
    run(subject, seed);
  });
});
