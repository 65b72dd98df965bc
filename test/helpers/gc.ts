/**
 * Collects garbage, so that a test can see what is still held.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** All of it; or, for 'minor', what is young. */
export const collectGarbage = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
