/**
 * A recording too large for a 32-bit size is never held in memory. Part of `npm run test:long`.
 */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { test } from 'vitest';
import { recordAndReplay } from '../helpers/large-recording.js';
import { skip } from '../helpers/need.js';

const SIZE = 5_000_000_000;

const { bavail, bsize } = statfsSync(tmpdir());
const notLinux = process.platform === 'linux' ? undefined : skip('it is not Linux');
const reason = notLinux ?? (bavail * bsize > 2 * SIZE ? undefined : skip('the disk is too small'));

test.skipIf(reason)(
  `5 GB are recorded and replayed in less than 200 MB of memory${reason ? ` (${reason})` : ''}`,
  { timeout: 900_000 },
  () => recordAndReplay(SIZE),
);
