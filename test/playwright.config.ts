import { defineConfig } from '@playwright/test';
import { findHeadlessChromium, launchOptions } from './helpers/chromium.js';
import { find, skip } from './helpers/need.js';

const firefox = find('firefox-esr') ?? find('firefox');
if (!firefox) console.warn(`Without Firefox: ${skip('firefox-esr is not installed')}`);

/** What npm test has no time for in a second browser. */
const long = [
  'wstelnet-page.spec.ts',
  'wstelnet-tools.spec.ts',
  'wstelnet-mud.spec.ts',
  'rfb.spec.ts',
];

/** The stock Firefox, through WebDriver BiDi; for what users of noVNC have. */
const firefoxProject = {
  name: 'firefox',
  testMatch: [
    'vnc.spec.ts',
    'swap.spec.ts',
    'wstelnet-faults.spec.ts',
    'flow.spec.ts',
    'http2.spec.ts',
    // In test/long.
    'diagnose.spec.ts',
    'flow-cuts.spec.ts',
    'flow-stall.spec.ts',
    'over-limit.spec.ts',
    'proxies.spec.ts',
    ...(process.env.WEBSOCK_LONG ? long : []),
  ],
  use: {
    browserName: 'firefox' as const,
    channel: 'moz-firefox',
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
  // No test is about time, and a machine may be busy.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // What passes only then is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  projects: [
    {
      name: 'chromium',
      use: {
        browserName: 'chromium',
        launchOptions: launchOptions(findHeadlessChromium()),
      },
    },
    ...(firefox ? [firefoxProject] : []),
  ],
});
