/**
 * The configurations of docs/development-servers.md: each server forwards its page's WebSocket to the bridge.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { accepting } from '../helpers/accepting.js';
import { adapt } from '../helpers/documents.js';
import { freePort } from '../helpers/port.js';
import { startBridge } from './bridge.js';
import { BANNER, dir, ENVIRONMENT, sampleOf, target } from './project.js';

const HOST = '127.0.0.1';
const LOCAL = 'http://127.0.0.1:6080';

interface Server {
  readonly language: string;
  /** The configuration's file, in `dev/`. */
  readonly file: string;
  /** The path of its command in node_modules. */
  readonly command: string;
  readonly args: (port: string) => string[];
  /** Whether the bridge must be told the page's origin. */
  readonly needsOrigin?: true;
}

const servers: Record<string, Server> = {
  vite: {
    language: 'ts',
    file: 'vite.config.ts',
    command: 'vite/bin/vite.js',
    args: (port) => ['dev', 'dev', '--host', HOST, '--port', port, '--strictPort'],
  },
  webpack: {
    language: 'js',
    file: 'webpack.config.mjs',
    command: 'webpack-cli/bin/cli.js',
    args: (port) =>
      `serve --mode development --entry ./dev/main.js --static dev --host ${HOST} --port ${port} -c dev/webpack.config.mjs`.split(
        ' ',
      ),
  },
  next: {
    language: 'js',
    file: 'next.config.mjs',
    command: 'next/dist/bin/next',
    args: (port) => ['dev', 'dev', '--hostname', HOST, '--port', port],
    needsOrigin: true,
  },
};

for (const [name, { language, file, command, args, needsOrigin }] of Object.entries(servers)) {
  test(`${name}: its development server forwards the WebSocket`, async ({ page }) => {
    const port = String(await freePort());
    const origin = `http://${HOST}:${port}`;
    const bridge = await startBridge(
      dir,
      target,
      ...(needsOrigin ? ['--allow-origin', origin] : []),
    );
    await mkdir(join(dir, 'dev'), { recursive: true });
    const sample = sampleOf('development-servers.md', language, `// ${name}\\.config`);
    await writeFile(join(dir, 'dev', file), adapt(sample, { [LOCAL]: bridge.url.slice(0, -1) }));
    // A page without a bundle, for servers that make the bundle themselves.
    const main = name === 'webpack' ? 'main.js' : './main.js';
    const html = `<!doctype html><title>dev</title><body><script type="module" src="${main}"></script></body>`;
    await writeFile(join(dir, 'dev/index.html'), html);
    const server = spawn(process.execPath, [join(dir, 'node_modules', command), ...args(port)], {
      cwd: dir,
      env: ENVIRONMENT,
      stdio: 'ignore',
      // A separate process group, because Next starts children.
      detached: true,
    });
    const exited = once(server, 'exit');
    try {
      await accepting(Number(port), exited);
      await page.goto(`${origin}/`);
      await expect(page.locator('body')).toContainText(BANNER);
    } finally {
      process.kill(-server.pid!);
      await exited;
      await bridge.stop();
    }
  });
}
