/**
 * The platforms of the suite: how to start each one, and which features it is expected to lack.
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
import { startJest, startVitest, type JestEnvironment } from './runners.js';
import { startWebKit } from './webkit.js';
import { startWorkerd } from './workerd.js';

/** A platform that runs the suite. */
export interface Started extends Omit<Running, 'output'> {
  /** Its name and version. */
  readonly title: string;
}

export interface Platform {
  readonly name: string;
  /** The features that each place lacks; the places report in this order. */
  readonly lacks: Partial<Record<Report['place'], readonly string[]>>;
  /** Cases that sometimes fail through a fault of the platform, each after its kind of channel. */
  readonly mayFail?: readonly string[] | undefined;
  /** Starts it on the suite's server, or returns the reason why it can't. */
  start(origin: string, agent: string): Promise<Started | string>;
}

const CHANNELS = ['WebSocketStream', 'RTCDataChannel'];
const WEBKIT = [...CHANNELS, 'byob', 'disposeSymbols', 'WebSocket: bufferedAmount'];

/** happy-dom's bufferedAmount is always 0. */
const HAPPY_DOM = [...CHANNELS, 'WebSocket: bufferedAmount'];
const NO_DRAIN = 'WebSocket: `drain` comes once';
/** Under Jest, happy-dom's streams are empty classes. */
const NO_STREAMS = [NO_DRAIN, 'WebSocket: writable', 'fake channel: writable', 'stream pair: '];
/** Jest's sandbox has fewer globals than Node. */
const JEST = ['DecompressionStream', 'disposeSymbols'];
/** jsdom sends in a later turn: data sent right before `close()` is lost. */
const SENDS_LATE = [
  'WebSocket: what was sent leaves before we close',
  'WebSocket: the dispose symbols end it too',
];
/** Under load, node-datachannel loses unsent data when either end closes: murat-dogan/node-datachannel#375. */
const LOSES_UNSENT = [
  'RTCDataChannel: the peer closes: what is there, then null',
  'RTCDataChannel: what was sent leaves before we close',
  'RTCDataChannel: no end in silence',
  'RTCDataChannel: the dispose symbols end it too',
  'RTCDataChannel: for await gives everything until a clean end',
  'RTCDataChannel: readable gives everything until a clean end',
  'RTCDataChannel: readable pipes through',
  'RTCDataChannel: writable sends everything, then closes',
];

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
  fromNpm('Node 24 with node-datachannel', 'node@24', {
    lacks: ['WebSocketStream', 'RTCDataChannel: tells of a broken connection'],
    module: ['node-datachannel@0', 'dist/esm/polyfill/index.mjs'],
    mayFail: LOSES_UNSENT,
  }),
  underVitest('happy-dom', '21'),
  underVitest('jsdom', '26'),
  underJest('happy-dom', ['@happy-dom/jest-environment@20']),
  underJest('jsdom', ['jest-fixed-jsdom@0', 'jest-environment-jsdom@30']),
  { name: 'workerd', lacks: { worker: CHANNELS }, start: startWorkerd },
];

/** Starts a browser directly: under Playwright, a WebSocket is slower. */
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

interface NpmOptions extends Pick<Platform, 'mayFail'> {
  readonly lacks?: readonly string[];
  /** Arguments before the agent. */
  readonly args?: readonly string[];
  /** A package that provides what the runtime lacks, and the file in it. */
  readonly module?: readonly [spec: string, file: string];
}

/** A runtime that comes as an npm package, with a command of the same name. */
function fromNpm(
  name: string,
  spec: string,
  { lacks = CHANNELS, args = [], module, mayFail }: NpmOptions = {},
): Platform {
  return {
    name,
    lacks: { process: lacks },
    mayFail,
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

function underVitest(library: string, version: string): Platform {
  return {
    name: `${library} under Vitest`,
    lacks: { window: library === 'happy-dom' ? HAPPY_DOM : CHANNELS },
    mayFail: library === 'happy-dom' ? [NO_DRAIN] : SENDS_LATE,
    start: (origin, agent) => startVitest(origin, agent, `${library}@${version}`),
  };
}

function underJest(library: string, specs: JestEnvironment['specs']): Platform {
  return {
    name: `${library} under Jest`,
    lacks: {
      window:
        library === 'happy-dom'
          ? [...HAPPY_DOM, ...JEST, 'TextDecoderStream']
          : [...CHANNELS, ...JEST],
    },
    mayFail: library === 'happy-dom' ? NO_STREAMS : SENDS_LATE,
    start: (origin, agent) => startJest(origin, agent, { specs, library }),
  };
}

/** The name, followed by the version that the program reports. */
async function titleOf(name: string, executable: string): Promise<string> {
  const { stdout } = await run(executable, ['--version']);
  return `${name} ${/\d+\.\d+/.exec(stdout)![0]}`;
}
