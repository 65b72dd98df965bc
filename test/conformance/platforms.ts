/**
 * Where the suite runs: how each platform is started, and what it is expected to have of its own.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findChromium } from '../helpers/chromium.js';
import { find, lacking } from '../helpers/need.js';
import { launch, type Running } from './launch.js';
import { install, nameOf } from './npm.js';
import type { Report } from './run.js';
import { startWebKit } from './webkit.js';
import { startWorkerd } from './workerd.js';

/** A platform that runs the suite. */
export interface Started extends Omit<Running, 'output'> {
  /** What it is, with its version. */
  readonly title: string;
}

export interface Platform {
  readonly name: string;
  /** What each place does not have of its own; they report in this order. */
  readonly lacks: Partial<Record<Report['place'], readonly string[]>>;
  /** Starts it on the suite's server, or returns why it can't be. */
  start(origin: string, agent: string): Promise<Started | string>;
}

const CHANNELS = ['WebSocketStream', 'RTCDataChannel'];
const WEBKIT = [...CHANNELS, 'byob', 'disposeSymbols', 'WebSocket: bufferedAmount'];

const run = promisify(execFile);

export const platforms: Platform[] = [
  {
    name: 'Chromium',
    lacks: { window: [], worker: ['RTCDataChannel'] },
    start: (origin) =>
      browser('Chromium', findChromium(), (profile) => [
        '--headless',
        '--no-sandbox',
        '--disable-background-networking',
        '--no-first-run',
        `--user-data-dir=${profile}`,
        origin,
      ]),
  },
  {
    name: 'Firefox',
    lacks: {
      window: ['WebSocketStream', 'RTCDataChannel: tells of a broken connection'],
      worker: CHANNELS,
    },
    async start(origin) {
      const executable = find('firefox-esr') ?? find('firefox');
      if (executable === undefined) return lacking('firefox-esr')!;
      return browser('Firefox', executable, (profile) => [
        '--headless',
        '--no-remote',
        '--profile',
        profile,
        origin,
      ]);
    },
  },
  {
    name: 'WebKitGTK',
    lacks: { window: WEBKIT, worker: WEBKIT },
    start: async (origin) => lacking('WebKitWebDriver', 'Xvfb') ?? startWebKit(origin),
  },
  {
    name: 'Node with `ws`',
    lacks: { process: CHANNELS },
    async start(origin, agent) {
      const started = await program('Node', process.execPath, [agent, origin, 'ws']);
      return { ...started, title: `${started.title} with \`ws\`` };
    },
  },
  fromNpm('Node 22', 'node@22'),
  fromNpm('Node 24', 'node@24'),
  fromNpm('Node 26', 'node@26'),
  fromNpm('Node 24 with undici', 'node@24', {
    lacks: ['RTCDataChannel'],
    module: ['undici@8', 'index.js'],
  }),
  fromNpm('Deno', 'deno@2', { lacks: ['RTCDataChannel'], args: ['run', '-A', '--unstable-net'] }),
  fromNpm('Bun', 'bun@1'),
  { name: 'workerd', lacks: { worker: CHANNELS }, start: startWorkerd },
];

/** Starts a browser directly: under Playwright a WebSocket is slower. */
async function browser(
  name: string,
  executable: string,
  args: (profile: string) => string[],
): Promise<Started> {
  const title = await titleOf(name, executable);
  const profile = mkdtempSync(join(tmpdir(), 'websock-conformance-'));
  const { died, stop } = launch(executable, args(profile));
  return {
    title,
    died,
    async stop() {
      await stop();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function program(name: string, executable: string, args: string[]): Promise<Started> {
  return { title: await titleOf(name, executable), ...launch(executable, args) };
}

interface NpmOptions {
  readonly lacks?: readonly string[];
  /** Arguments before the agent. */
  readonly args?: readonly string[];
  /** A package that has what the runtime lacks, and the file in it. */
  readonly module?: readonly [spec: string, file: string];
}

/** A runtime that comes as an npm package, with a command of its name. */
function fromNpm(
  name: string,
  spec: string,
  { lacks = CHANNELS, args = [], module }: NpmOptions = {},
): Platform {
  return {
    name,
    lacks: { process: lacks },
    async start(origin, agent) {
      const npm = await install(spec, ...(module ? [module[0]] : []));
      if (typeof npm === 'string') return npm;
      const executable = npm.command(nameOf(spec));
      if (!module) return program(name.split(' ')[0], executable, [...args, agent, origin]);
      const library = nameOf(module[0]);
      const file = npm.file(join(library, module[1]));
      const started = await program('Node', executable, [...args, agent, origin, file]);
      return { ...started, title: `${started.title} with ${library}` };
    },
  };
}

/** A name with the version behind it that the program tells. */
async function titleOf(name: string, executable: string): Promise<string> {
  const { stdout } = await run(executable, ['--version']);
  return `${name} ${/\d+\.\d+/.exec(stdout)![0]}`;
}
