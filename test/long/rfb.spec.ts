/** Like `test/e2e/rfb.spec.ts`, but each scene is cut at every byte and gets its own page. */
import { test } from '@playwright/test';
import { expectSameShow, makeReels } from '../helpers/rfb/show.js';

const [handshake, ...scenes] = await makeReels();

for (const scene of scenes) {
  test(`${scene.name}, cut at every byte`, async ({ page }) => {
    test.setTimeout(1_800_000);
    await expectSameShow(page, [handshake, scene], 1);
  });
}
