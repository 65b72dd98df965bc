/** Files of 5 MB in character sets other than UTF-8, through the telnet page. Run by `npm run test:long`. */
import { test } from '../helpers/telnet-page.js';
import { expectLogged } from '../helpers/wstelnet.js';

for (const charset of ['ISO-8859-1', 'CP437']) {
  test(`a file of 5 MB in ${charset} is logged byte for byte`, async ({
    page,
    start,
    browserName,
  }) => {
    test.skip(browserName !== 'chromium', 'downloads are seen over its DevTools only');
    await expectLogged(page, start, charset, 5_000_000);
  });
}
