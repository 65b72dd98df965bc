/**
 * workerd, the runtime of Cloudflare Workers: it takes not a script but a configuration that lists a Worker's modules.
 */
import { dirname, join } from 'node:path';
import { launch } from './launch.js';
import { install } from './npm.js';
import type { Started } from './platforms.js';

export async function startWorkerd(origin: string, agent: string): Promise<Started | string> {
  const npm = await install('workerd@1');
  if (typeof npm === 'string') return npm;
  const config = join(dirname(agent), '../../test/conformance/workerd.capnp');
  const running = launch(npm.command('workerd'), ['test', config], { ORIGIN: origin });
  return { ...running, title: `workerd ${npm.version('workerd')}` };
}
