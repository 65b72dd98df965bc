/**
 * Collects garbage, so that a test can see what is still referenced.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Collects all garbage or, with 'minor', only the young generation. */
export const collectGarbage = runInNewContext('gc') as (options?: { type: 'minor' }) => void;
