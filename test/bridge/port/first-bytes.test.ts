/**
 * Random and mutated first bytes; test/long tries a hundred thousand of them.
 */
import { test } from 'vitest';
import { besiege } from '../../helpers/besiege.js';
import { firstSeed } from '../../helpers/first-seed.js';
import { lacking } from '../../helpers/need.js';

test.skipIf(lacking('openssl'))('thousands of random first bytes do no harm', () =>
  besiege(2_000, firstSeed),
);
