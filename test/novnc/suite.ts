/**
 * Runs noVNC's tests in Chromium, from a folder that is served unchanged except for the class under test.
 */
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import sirv from 'sirv';
import { findChromium, isRoot } from '../helpers/chromium.js';

/** The results of the tests, by full title. */
export interface Outcome {
  readonly passed: readonly string[];
  readonly pending: readonly string[];
  /** The failed tests, each with its error message. */
  readonly failed: ReadonlyMap<string, string>;
}

/** The results that the page collects. */
interface Results {
  passed: string[];
  pending: string[];
  failed: [title: string, message: string][];
}

/** The names of the modules that noVNC's own configuration loads as tests. */
const TESTS = /^test\..*\.js$/;

/** Longer than all tests take together, in ms. */
const TIMEOUT = 180_000;

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * @param dir noVNC's sources
 * @param websock whose class to test
 */
export async function runSuite(dir: string, websock: 'ours' | 'its own'): Promise<Outcome> {
  const server = createServer(serve(dir, websock));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--disable-background-networking'],
    chromiumSandbox: !isRoot,
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/run.html`);
    await page.waitForFunction('window.results', undefined, { timeout: TIMEOUT });
    const { failed, ...rest } = await page.evaluate<Results>('window.results');
    return { ...rest, failed: new Map(failed) };
  } finally {
    await browser.close();
    server.close();
  }
}

function serve(dir: string, websock: 'ours' | 'its own'): RequestListener {
  const page = pageOf(readdirSync(join(dir, 'tests')).filter((name) => TESTS.test(name)));
  const novnc = sirv(dir, { dev: true });
  const ours = sirv(here('.'), { dev: true });
  const modules = sirv(here('../../node_modules'), { dev: true });
  return (request, response) => {
    const url = request.url!;
    if (url === '/run.html') {
      response.setHeader('content-type', 'text/html').end(page);
    } else if (url.startsWith('/node_modules/')) {
      request.url = url.slice('/node_modules'.length);
      modules(request, response);
    } else if (url === '/core/websock.js' && websock === 'ours') {
      request.url = '/websock.js';
      ours(request, response);
    } else {
      novnc(request, response);
    }
  };
}

/** The page; it sets the global `results` at the end. */
function pageOf(tests: string[]): string {
  return `<!doctype html>
<meta charset="utf-8">
<title>noVNC's tests</title>
<script src="/node_modules/mocha/mocha.js"></script>
<script type="module">
  mocha.setup({ ui: 'bdd', reporter: function () {} });
  await import('/tests/assertions.js');
  for (const name of ${JSON.stringify(tests)}) await import('/tests/' + name);
  const results = { passed: [], pending: [], failed: [] };
  mocha.run()
    .on('pass', (test) => results.passed.push(test.fullTitle()))
    .on('pending', (test) => results.pending.push(test.fullTitle()))
    .on('fail', (test, error) => results.failed.push([test.fullTitle(), error.message]))
    .on('end', () => (window.results = results));
</script>`;
}
