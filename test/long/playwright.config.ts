import { defineConfig } from '@playwright/test';
import base from '../playwright.config.js';
import { findChromium, launchOptions } from '../helpers/chromium.js';

/** The full browser, as users run it, not the headless shell. */
const [headless, ...others] = base.projects!;
const chromium = {
  ...headless,
  use: { ...headless!.use, launchOptions: launchOptions(findChromium()) },
};

export default defineConfig({
  ...base,
  testDir: '.',
  testMatch: '*.spec.ts',
  outputDir: '../../test-results',
  workers: 1,
  timeout: 300_000,
  projects: [chromium, ...others],
});
