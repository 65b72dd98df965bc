/**
 * What `npm start` and `npm run demo:vnc` run: checks the arguments, builds what has changed, and starts the demo.
 */
import { spawnSync } from 'node:child_process';
import { readArguments } from './arguments.mjs';

const builds = { start: 'build:site', vnc: 'build:vnc-site' };

// The arguments after the demo's name are the user's.
const [name] = process.argv.splice(2, 1);
readArguments(name);
// On Windows npm is a script, which only a shell runs.
const shell = process.platform === 'win32';
const { status } = spawnSync('npm', ['run', builds[name]], { stdio: 'inherit', shell });
if (status === 0) await import(new URL(`../dist/demo/${name}.js`, import.meta.url).href);
else process.exitCode = status ?? 1;
