/**
 * Programs that come as npm packages, installed through npx: they stay in npm's cache, outside the project.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { skip } from '../helpers/need.js';

/** How long an installation may take, in ms. */
const INSTALL_TIMEOUT = 120_000;

const run = promisify(execFile);

/** Packages installed together. */
export interface Installed {
  /** The path of a file, given its path in node_modules. */
  file(path: string): string;
  /** The path of a command. */
  command(name: string): string;
  /** A package's major and minor version. */
  version(name: string): string;
}

/**
 * Installs packages, or returns the reason why it can't.
 *
 * @param specs such as `node@24`
 */
export async function install(...specs: string[]): Promise<Installed | string> {
  const packages = specs.flatMap((spec) => ['-p', spec]);
  let commands: string;
  try {
    // Their commands' folder comes first in PATH. Inside the project, npx would leave out packages that the project has.
    const where = ['-y', ...packages, '-c', 'echo "${PATH%%:*}"'];
    const options = { cwd: tmpdir(), timeout: INSTALL_TIMEOUT };
    commands = (await run('npx', where, options)).stdout.trim();
  } catch (error) {
    return skip(`npm can't install ${specs.join(' and ')}: ${(error as Error).message}`);
  }
  const file = (path: string): string => join(commands, '..', path);
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

/** A package's name, without the version after it. */
export function nameOf(spec: string): string {
  return spec.replace(/(?<=.)@.*/, '');
}
