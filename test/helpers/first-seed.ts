/**
 * Where random tests start. `npm test` starts at the same place each time, so that a red run tells of the change
 * before it; `npm run test:long` and `npm run fuzz` try new ones.
 */
import fc from 'fast-check';
import { freshSeed } from '../fuzz/random.js';

/** The first seed of this run. */
export const firstSeed = process.env.WEBSOCK_LONG ? freshSeed() : 1;

fc.configureGlobal({ seed: firstSeed | 0 });
