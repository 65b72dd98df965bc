/**
 * Finds a Chromium for the browser tests, or installs one, so that a fresh machine needs no more than
 * `npm ci && npm test`.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium, type LaunchOptions } from '@playwright/test';
import { find } from './need.js';

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const ADVICE =
  'Cannot find a Chromium for the browser tests. Install one (for example with `npx playwright install chromium`), ' +
  'or name its executable in the environment variable WEBSOCK_CHROMIUM.';

export const isRoot = process.getuid?.() === 0;

/**
 * Finds Chromium's headless shell, or else what {@link findChromium} finds. The shell draws no windows of its own, so a page
 * opens in a third of the time.
 */
export const findHeadlessChromium = (): string =>
  (process.env.WEBSOCK_CHROMIUM === undefined && find('chromium-headless-shell')) || findChromium();

/** Playwright's options to launch one of them. */
export const launchOptions = (executablePath: string): LaunchOptions => ({
  executablePath,
  args: ['--disable-background-networking'],
  // Chromium's sandbox does not work for root.
  chromiumSandbox: !isRoot,
});

/** Returns the executable's path, after installing one if need be. @throws Error that says what to do, if that fails */
export function findChromium(): string {
  const named = process.env.WEBSOCK_CHROMIUM;
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw new Error(`Cannot use WEBSOCK_CHROMIUM: there is no file ${named}`);
  }
  const found =
    installed() ?? (attempt(fromPlaywright) || attempt(fromDebian) ? installed() : undefined);
  if (!found) throw new Error(ADVICE);
  return found;
}

function installed(): string | undefined {
  const paths = (process.env.PATH ?? '').split(delimiter);
  const system = COMMANDS.flatMap((command) => paths.map((path) => join(path, command)));
  return [chromium.executablePath(), ...system, MAC].find((path) => existsSync(path));
}

function fromPlaywright(): void {
  const withDeps = isRoot && existsSync('/usr/bin/apt-get') ? ['--with-deps'] : [];
  execFileSync('npx', ['playwright', 'install', ...withDeps, 'chromium'], { stdio: 'inherit' });
}

function fromDebian(): void {
  if (!isRoot || !existsSync('/usr/bin/apt-get')) throw new Error('not root on Debian');
  execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit' });
  const install = ['install', '-y', '-qq', '--no-install-recommends', 'chromium'];
  execFileSync('apt-get', install, { stdio: 'inherit' });
}

/** Tries a way to install a browser, and returns whether it worked; its output is on the screen. */
function attempt(get: () => void): boolean {
  try {
    get();
    return true;
  } catch {
    return false;
  }
}
