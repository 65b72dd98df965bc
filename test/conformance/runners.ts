/**
 * Test runners, with an environment that stands in for a page: Node with the globals of happy-dom or jsdom.
 */
import { dirname, join } from 'node:path';
import { launch } from './launch.js';
import { install, nameOf } from './npm.js';
import type { Started } from './platforms.js';

/** Vitest has built-in environments, and loads each from the package of the same name. */
export async function startVitest(
  origin: string,
  agent: string,
  spec: string,
): Promise<Started | string> {
  const npm = await install('vitest@4', spec);
  if (typeof npm === 'string') return npm;
  const environment = nameOf(spec);
  const config = join(dirname(agent), '../../test/conformance/vitest.config.ts');
  const args = ['run', `--config=${config}`, `--environment=${environment}`];
  const running = launch(npm.command('vitest'), args, { ORIGIN: origin });
  const versions = [environment, 'vitest'].map((name) => npm.version(name));
  return { ...running, title: `${environment} ${versions[0]} under Vitest ${versions[1]}` };
}

/** A Jest environment and its packages. */
export interface JestEnvironment {
  /** The package that Jest is given, and its peer dependencies. */
  readonly specs: readonly [environment: string, ...peers: string[]];
  /** The package that it is based on. */
  readonly library: string;
}

/** Jest loads ES modules only with a Node option. */
export async function startJest(
  origin: string,
  agent: string,
  { specs, library }: JestEnvironment,
): Promise<Started | string> {
  const npm = await install('jest@30', ...specs);
  if (typeof npm === 'string') return npm;
  const config = {
    rootDir: dirname(agent),
    transform: {},
    testEnvironment: npm.file(nameOf(specs[0])),
    testEnvironmentOptions: { url: origin },
  };
  const running = launch(npm.command('jest'), [`--config=${JSON.stringify(config)}`], {
    NODE_OPTIONS: '--experimental-vm-modules',
  });
  const versions = [library, 'jest'].map((name) => npm.version(name));
  return { ...running, title: `${library} ${versions[0]} under Jest ${versions[1]}` };
}
