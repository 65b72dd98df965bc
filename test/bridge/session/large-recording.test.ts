/**
 * A recording is never held in memory. Needs `npm run build`.
 */
import { test } from 'vitest';
import { recordAndReplay } from '../../helpers/large-recording.js';
import { skip } from '../../helpers/need.js';

const notLinux = process.platform === 'linux' ? undefined : skip('it is not Linux');

test.skipIf(notLinux)(
  `300 MB are recorded and replayed in less than 200 MB of memory${notLinux ? ` (${notLinux})` : ''}`,
  () => recordAndReplay(300_000_000),
);
