import { defineConfig } from '@playwright/test';
import { findChromium, isRoot } from './helpers/chromium.js';

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../test-results',
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  reporter: 'list',
  timeout: 60_000,
  use: {
    browserName: 'chromium',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: findChromium(),
      args: ['--disable-background-networking'],
      // Chromium's sandbox does not work for root.
      chromiumSandbox: !isRoot,
    },
  },
});
