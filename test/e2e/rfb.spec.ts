/**
 * noVNC on our class and on its own, in front of a fake server that sends everything noVNC can decode, cut in some places:
 * both draw the same picture and send the same bytes. `test/long/rfb.spec.ts` cuts everywhere.
 */
import { test } from '@playwright/test';
import { expectSameShow, makeReels } from '../helpers/rfb/show.js';

test('noVNC draws the same with our class and with its own, wherever messages are cut', async ({
  page,
}) => {
  await expectSameShow(page, await makeReels(), 97);
});
