/**
 * Programs that come as npm packages, through npx: kept in npm's cache, outside the project.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skip } from '../helpers/need.js';

/** How long packages may take to come, ms. */
const INSTALL_TIMEOUT = 120_000;

const run = promisify(execFile);

/** Packages that are installed together. */
export interface Installed {
  /** Where a file is, from node_modules. */
  file(path: string): string;
  /** Where the command of that name is. */
  command(name: string): string;
  /** A package's major and minor version. */
  version(name: string): string;
}

/**
 * Installs packages, the first of them with a command of its name, or returns why it can't.
 *
 * @param specs such as `node@24`
 */
export async function install(...specs: string[]): Promise<Installed | string> {
  const packages = specs.flatMap((spec) => ['-p', spec]);
  const where = ['-y', ...packages, '-c', `command -v ${nameOf(specs[0])}`];
  let command: string;
  try {
    command = (await run('npx', where, { timeout: INSTALL_TIMEOUT })).stdout.trim();
  } catch (error) {
    return skip(`npm can't install ${specs.join(' and ')}: ${(error as Error).message}`);
  }
  // The command is in node_modules/.bin.
  const file = (path: string): string => join(command, '../..', path);
  return {
    file,
    command: (name) => file(`.bin/${name}`),
    version(name) {
      const text = readFileSync(file(`${name}/package.json`), 'utf8');
      const { version } = JSON.parse(text) as { version: string };
      return /^\d+\.\d+/.exec(version)![0];
    },
  };
}

/** A package's name, without the version behind it. */
export function nameOf(spec: string): string {
  return spec.replace(/(?<=.)@.*/, '');
}
