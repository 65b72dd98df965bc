/** 100 MB by sftp each way through corp-relay-v4, cut and resumed. Run by `npm run test:long`. */
import { expect, test } from 'vitest';
import { lacking } from '../helpers/need.js';
import { transferThroughRelay } from '../helpers/relay-transfer.js';

const reason = lacking('sshd', 'ssh', 'sftp');

test.skipIf(reason)(
  `100 MB by sftp each way, cut and resumed${reason ? ` (${reason})` : ''}`,
  { timeout: 300_000 },
  async () => {
    const { isSame, reconnects } = await transferThroughRelay(100_000_000, 20);
    expect(isSame).toBe(true);
    expect(reconnects).toBeGreaterThanOrEqual(20);
  },
);
