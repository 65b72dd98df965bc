/**
 * Runs a page in a browser started directly: under Playwright, a WebSocket is about four times slower.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

export type Browser = 'chromium' | 'firefox';

const ARGS: Record<Browser, (profile: string, url: string) => string[]> = {
  chromium: (profile, url) => [
    '--headless',
    '--no-sandbox',
    '--disable-background-networking',
    '--no-first-run',
    // The bridge's certificate is made for this run.
    '--ignore-certificate-errors',
    `--user-data-dir=${profile}`,
    url,
  ],
  firefox: (profile, url) => ['--headless', '--no-remote', '--profile', profile, url],
};

/**
 * Serves `script` in a page, opens the page, and passes each of its posts to `onPost` until that returns true.
 * @param options the answer to the page's `GET options`
 * @param onPost is called with the id of the browser's process too, before the page gets its answer
 * @param port the port that serves the page; 0 for any
 * @throws whatever `onPost` throws
 */
export async function runPage(
  browser: Browser,
  executable: string,
  script: string,
  options: unknown,
  onPost: (path: string, body: unknown, pid: number) => boolean,
  port = 0,
): Promise<void> {
  const finished = deferred();
  const server = createServer((request, response) => {
    const path = request.url!.slice(1);
    if (request.method === 'POST') {
      let body = '';
      request.setEncoding('utf8').on('data', (text) => (body += text));
      request.on('end', () => {
        try {
          if (onPost(path, JSON.parse(body), child.pid!)) finished.resolve(undefined);
        } catch (error) {
          finished.reject(error);
        }
        response.end();
      });
    } else if (path === 'options') {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(options));
    } else if (path === 'page.js') {
      response.setHeader('content-type', 'text/javascript').end(readFileSync(script));
    } else {
      response
        .setHeader('content-type', 'text/html')
        .end('<!doctype html><title>bench</title><script type="module" src="page.js"></script>');
    }
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: actual } = server.address() as { port: number };
  const profile = mkdtempSync(join(tmpdir(), 'websock-bench-'));
  const child = spawn(executable, ARGS[browser](profile, `http://127.0.0.1:${actual}/`), {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  try {
    await Promise.race([
      finished.promise,
      exited.then(() => Promise.reject(new Error(`${browser} ended early`))),
    ]);
  } finally {
    child.kill();
    await exited.catch(() => {});
    server.closeAllConnections();
    server.close();
    await remove(profile);
  }
}

/** Removes the profile; the browser's other processes keep writing for a moment after it has ended, so this retries. */
async function remove(profile: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return rmSync(profile, { recursive: true, force: true });
    } catch (error) {
      if (attempt === 50) throw error;
      await setTimeout(100);
    }
  }
}

interface Deferred {
  readonly promise: Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

function deferred(): Deferred {
  let resolve!: Deferred['resolve'];
  let reject!: Deferred['reject'];
  const promise = new Promise((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}
