/**
 * The documents as `npm start` serves them, beside the telnet page, and with that page alive in the first of them; and
 * the same files from a disk.
 */
import { expect, test as base, type Page } from '@playwright/test';
import { startDemo, type Demo } from '../helpers/demo.js';

const SITE = new URL('../../dist/demo/web/docs/index.html', import.meta.url);

const test = base.extend<object, { demo: Demo }>({
  demo: [
    // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
    async ({}, use) => {
      const demo = await startDemo();
      await use(demo);
      await demo.stop();
    },
    { scope: 'worker' },
  ],
});

/** What goes wrong on a page, from now on: on its console, and with what it asks for. */
function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  return problems;
}

const contents = (page: Page) => page.getByRole('navigation', { name: 'Contents' });
/** The links to pages, without those to the sections of the current one. */
const pageLinks = (page: Page) => contents(page).locator(':scope > ul > li > a');

test('from the telnet page through every page of the contents', async ({ page, demo }) => {
  const problems = problemsOf(page);
  await page.goto(demo.url);
  await page.getByRole('link', { name: 'Documentation' }).click();
  await expect(page).toHaveURL(`${demo.url}docs/`);

  const names = await pageLinks(page).allInnerTexts();
  expect(names).toEqual(expect.arrayContaining(['Overview', 'Live demo', 'API', 'The bridge']));
  for (const name of names) {
    await pageLinks(page).getByText(name, { exact: true }).click();
    await expect(page.locator('h1')).toBeVisible();
    const { hash } = new URL(page.url());
    if (hash) await expect(page.locator(hash)).toBeInViewport();
    else if (name !== 'Overview') await expect(page.locator('h1')).toHaveText(name);
  }
  expect(problems).toEqual([]);
});

test('the demo is alive on the front page, and leaves the keys to it until it is clicked', async ({
  page,
  demo,
}) => {
  const problems = problemsOf(page);
  await page.goto(`${demo.url}docs/`);
  const frame = page.frameLocator('#demo iframe');
  await expect(frame.locator('#state')).toHaveText(/connected/i);
  await expect(page.locator('body')).toBeFocused();
  expect(await page.evaluate(() => scrollY)).toBe(0);

  await frame.locator('.xterm-screen').click();
  await expect(frame.locator('.xterm-rows')).toContainText('demo>');
  await page.keyboard.type('echo hello from the docs');
  await page.keyboard.press('Enter');
  await expect(frame.locator('.xterm-rows')).toContainText(
    /hello from the docs\s*hello from the docs/,
  );

  await page.getByRole('link', { name: 'on a page of its own' }).click();
  await expect(page).toHaveURL(demo.url);
  await expect(page.getByRole('button', { name: 'Connect', exact: true })).toBeFocused();
  expect(problems).toEqual([]);
});

test('from a disk the front page says how to run the demo', async ({ page }) => {
  const problems = problemsOf(page);
  await page.goto(SITE.href);
  await expect(page.locator('#demo')).toContainText('http://127.0.0.1:6080/docs/');
  await expect(page.locator('pre', { hasText: 'npm ci && npm start' }).first()).toBeVisible();
  await expect(page.locator('iframe')).toHaveCount(0);
  await pageLinks(page).getByText('The bridge', { exact: true }).click();
  await expect(page.locator('h1')).toHaveText('The bridge');
  expect(problems).toEqual([]);
});

for (const [width, height] of [
  [1000, 640],
  [360, 740],
] as const) {
  test(`no page is wider than a window of ${width} pixels`, async ({ page, demo }) => {
    await page.setViewportSize({ width, height });
    await page.goto(`${demo.url}docs/`);
    const hrefs = await contents(page)
      .getByRole('link')
      .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
    const urls = new Set(hrefs.map((href) => href.replace(/#.*/, '')));
    expect(urls.size).toBeGreaterThan(8);
    for (const url of urls) {
      await page.goto(url);
      const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(excess, url).toBe(0);
    }
  });
}
