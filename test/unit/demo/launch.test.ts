/**
 * `npm start` and `npm run demo:vnc` reject impossible arguments before they build anything.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

interface Run {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

const launch = (...args: string[]): Promise<Run> =>
  promisify(execFile)(process.execPath, ['demo/launch.mjs', ...args]).catch((error: Run) => error);

it.each([
  [['start', '--port', 'x'], 'Cannot serve on port x: it must be an integer from 0 to 65535\n'],
  [['start', '--target', 'host'], 'Cannot connect to host: a target is HOST:PORT'],
  [['start', '--flaky', '0'], 'Cannot use --flaky 0: it must be a number of seconds from 0.1'],
  [['start', '--prot', '6080'], "Unknown option '--prot'"],
  [['vnc'], 'Cannot start without a VNC server'],
  [['vnc', '--target', 'localhost:0'], 'Cannot connect to localhost:0'],
])('%j', async (args, message) => {
  const { code, stdout, stderr } = await launch(...args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(message);
});

it.each([
  ['start', 'npm start'],
  ['vnc', 'npm run demo:vnc'],
])('%s --help', async (name, command) => {
  const { stdout, stderr } = await launch(name, '--help');
  expect(stdout).toMatch(`Usage: ${command} -- `);
  expect(stderr).toBe('');
});
