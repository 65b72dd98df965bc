import { describe, it } from 'vitest';
import { freshSeed, run, subjects } from '../fuzz/run.js';

// A short one of `npm run fuzz`: some seeds that are always the same, and one that never is.
const seeds = [1, 2, freshSeed()];

describe.each(subjects)('%s', (subject) => {
  it.each(seeds)('does what one array does, whatever the commands: seed %i', (seed) => {
    run(subject, seed);
  });
});
