import axe from 'axe-core';
import type { Page } from '@playwright/test';

/** Lists what axe finds wrong with the page in its current state, or with these parts of it. Frames are left out. */
export const violations = (page: Page, ...parts: string[]): Promise<string[]> => run(page, parts);

/** Like `violations`, but with the color rules only: for a page that was already checked in other colors. */
export const colorViolations = (page: Page, ...parts: string[]): Promise<string[]> =>
  run(page, parts, ['color-contrast', 'link-in-text-block']);

async function run(page: Page, parts: string[], rules?: string[]): Promise<string[]> {
  if (await page.evaluate(() => !('axe' in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async ({ selectors, runOnly }) => {
      const { axe: here } = window as unknown as { axe: typeof axe };
      const context = selectors.length > 0 ? selectors.join() : document;
      const options = { iframes: false, ...(runOnly && { runOnly }) };
      const { violations: found } = await here.run(context, options);
      return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    },
    { selectors: parts, runOnly: rules },
  );
}
