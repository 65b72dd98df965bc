import { defineConfig } from '@playwright/test';
import { findChromium, isRoot } from './helpers/chromium.js';
import { find, skip } from './helpers/need.js';

const firefox = find('firefox-esr') ?? find('firefox');
if (!firefox) console.warn(`Without Firefox: ${skip('firefox-esr is not installed')}`);

/** The stock Firefox, through WebDriver BiDi; for what users of noVNC have. */
const firefoxProject = {
  name: 'firefox',
  testMatch: [
    'vnc.spec.ts',
    'swap.spec.ts',
    'wstelnet-faults.spec.ts',
    'wstelnet-page.spec.ts',
    'flow.spec.ts',
  ],
  use: {
    browserName: 'firefox' as const,
    channel: 'moz-firefox',
    trace: 'off' as const,
    launchOptions: { executablePath: firefox },
  },
};

export default defineConfig({
  testDir: 'e2e',
  outputDir: '../test-results',
  forbidOnly: Boolean(process.env.CI),
  fullyParallel: true,
  workers: 2,
  reporter: 'list',
  timeout: 60_000,
  projects: [
    {
      name: 'chromium',
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
    },
    ...(firefox ? [firefoxProject] : []),
  ],
});
