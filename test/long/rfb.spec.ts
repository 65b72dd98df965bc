/**
 * noVNC on our class and on its own, in front of a fake server that sends all that noVNC can decode, cut after every byte.
 */
import { test } from '@playwright/test';
import { expectSameShow } from '../helpers/rfb/show.js';

test('noVNC draws the same on ours and on its own class, cut after every byte', async ({
  page,
}) => {
  await expectSameShow(page, 1);
});
