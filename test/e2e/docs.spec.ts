/**
 * The documentation as `npm start` serves it, next to the telnet page and with that page running on its front page.
 */
import { expect, test as base, type Page } from '@playwright/test';
import { violations } from '../helpers/axe.js';
import { startDemo, type Demo } from '../helpers/demo.js';
import { repositoryFile } from '../helpers/documents.js';

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

/** Collects a page's problems from now on: console errors, exceptions and failed requests. */
function problemsOf(page: Page): string[] {
  const problems: string[] = [];
  page.on('console', (message) => {
    // Warnings are skipped: axe logs some about its own speed.
    if (message.type() === 'error') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()} ${response.url()}`);
  });
  return problems;
}

const contents = (page: Page) => page.getByRole('navigation', { name: 'Sidebar Navigation' });

/** The URLs of the pages linked from the contents; of the API reference, only the front pages. */
async function pagesOf(page: Page, demo: Demo): Promise<string[]> {
  await page.goto(`${demo.url}docs/`);
  const hrefs = await contents(page)
    .locator('a')
    .evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href));
  const pages = new Set(hrefs.map((href) => href.replace(/#.*/, '')));
  return [...pages].filter((url) => !/reference\/.+\/.+\/./.test(url));
}

test('the telnet page leads to the documentation, and search finds an option', async ({
  page,
  demo,
}) => {
  const problems = problemsOf(page);
  await page.goto(demo.url);
  await page.getByRole('link', { name: 'Documentation' }).click();
  await expect(page).toHaveURL(`${demo.url}docs/`);
  await contents(page).getByText('The bridge', { exact: true }).click();
  await expect(page.locator('h1')).toContainText('The bridge');

  await page.getByRole('button', { name: 'Search' }).first().click();
  await page.getByRole('searchbox').fill('receiveLimit');
  await page.getByRole('option').filter({ hasText: 'API at a glance' }).first().click();
  await expect(page).toHaveURL(/docs\/api\.html/);
  expect(problems).toEqual([]);
});

test('every page loads completely, is accessible, and fits its window', async ({ page, demo }) => {
  test.setTimeout(480_000);
  const problems = problemsOf(page);
  const urls = await pagesOf(page, demo);
  expect(urls.length).toBeGreaterThan(12);
  for (const url of urls) {
    await page.setViewportSize({ width: 1280, height: 720 });
    await page.goto(url);
    await expect(page.locator('h1').first()).toBeVisible();
    expect(await violations(page), url).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(excess, url).toBe(0);
  }
  expect(problems).toEqual([]);
});

test('the API reference has every entry of the package', async ({ page, demo }) => {
  const { exports } = JSON.parse(repositoryFile('package.json')) as { exports: object };
  const others = new Set(['./global', './package.json']);
  const names = Object.keys(exports).filter((name) => !others.has(name));
  const problems = problemsOf(page);
  const entries = page.locator('main li a');
  await page.goto(`${demo.url}docs/reference/`);
  expect((await entries.allTextContents()).toSorted()).toEqual(
    names.map((name) => name.replace('.', 'websock-client')).toSorted(),
  );
  for (const [at] of names.entries()) {
    await page.goto(`${demo.url}docs/reference/`);
    const name = await entries.nth(at).textContent();
    await entries.nth(at).click();
    await expect(page.locator('h1')).toContainText(name!);
    expect(await violations(page), name!).toEqual([]);
  }
  expect(problems).toEqual([]);
});

test('a recording plays on the page about the bridge', async ({ page, demo }) => {
  const problems = problemsOf(page);
  await page.goto(`${demo.url}docs/bridge.html`);
  const frame = page.frameLocator('#demo iframe');
  await expect(frame.locator('#message')).toHaveText('Playing back session.cast.');
  await expect(frame.locator('.xterm-rows')).toContainText('demo>');
  await expect(page.locator('body')).toBeFocused();
  expect(problems).toEqual([]);
});

test('the demo runs on the front page, which keeps the focus until a click', async ({
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
  expect(problems).toEqual([]);
});
