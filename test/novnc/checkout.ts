/**
 * Finds or clones noVNC's sources: its tests are not in the npm package.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const REPOSITORY = 'https://github.com/novnc/noVNC.git';

/** The head of August 2026; the table of known failures is for this commit. */
const COMMIT = 'ac861f9e280b015569c4b1c3999516d9c0fa35c3';

export interface Checkout {
  readonly dir: string;
  remove(): void;
}

/** @param given the user's own checkout; without it, the pinned commit is cloned into a temporary folder */
export function findCheckout(given?: string): Checkout {
  if (given === undefined) return clone();
  const dir = resolve(given);
  if (existsSync(join(dir, 'tests/test.websock.js'))) return { dir, remove: () => {} };
  throw new Error(`Cannot run noVNC's tests: there is no tests/test.websock.js in ${dir}`);
}

function clone(): Checkout {
  const dir = mkdtempSync(join(tmpdir(), 'websock-novnc-'));
  const remove = (): void => rmSync(dir, { recursive: true });
  const git = (...args: string[]): void => void execFileSync('git', ['-C', dir, ...args]);
  try {
    git('init', '--quiet');
    git('fetch', '--quiet', '--depth', '1', REPOSITORY, COMMIT);
    git('checkout', '--quiet', 'FETCH_HEAD');
  } catch (error) {
    remove();
    throw error;
  }
  return { dir, remove };
}
