/**
 * The seeds of random tests. `npm test` uses the same one each time, so that a red run points to the latest change;
 * `npm run test:long` and `npm run fuzz` try new ones.
 */
import fc from 'fast-check';
import { freshSeed } from '../fuzz/random.js';

/** The first seed of this run. */
export const firstSeed = process.env.WEBSOCK_LONG ? freshSeed() : 1;

fc.configureGlobal({ seed: firstSeed | 0 });
