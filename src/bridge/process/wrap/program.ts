/**
 * A program that the bridge runs, and to which it connects its clients. The port that it binds is moved to another, on
 * loopback; its process group ends with the bridge.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { buildLibrary } from './library.js';

/** What to do when the program ends: end the bridge as well, do nothing, or start the program again. */
export const WRAP_MODES = ['exit', 'ignore', 'respawn'] as const;
export type WrapMode = (typeof WRAP_MODES)[number];

/** What to run. */
export interface WrapOptions {
  readonly mode: WrapMode;
  /** The program's path. */
  readonly path: string;
  /** Its name as it was given, and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** The port that the program asks for, and the one that it gets. */
  readonly from: number;
  readonly to: number;
}

/** A program that ends within this time, in ms, dies young, and is not restarted at once. */
const YOUNG = 10_000;
/** How long to wait before restarting a program that dies young, in ms: twice as long each time, up to `LAST_WAIT`. */
const FIRST_WAIT = 1_000;
const LAST_WAIT = 60_000;
/** How long its processes may take to end, and how often to check, in ms. */
const GRACE = 5_000;
const INTERVAL = 50;

/** Runs a program. */
export class Program {
  /** Resolves with the program's exit status when the bridge is to end with it. */
  readonly ended: Promise<number>;
  readonly #options: WrapOptions;
  readonly #library: string;
  readonly #tell: (line: string) => void;
  #onEnd = (_status: number) => {};
  #child: ChildProcess | undefined;
  #wait = FIRST_WAIT;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  private constructor(options: WrapOptions, library: string, tell: (line: string) => void) {
    this.#options = options;
    this.#library = library;
    this.#tell = tell;
    this.ended = new Promise((resolve) => (this.#onEnd = resolve));
  }

  /** Starts a program. Rejects when its port can't be moved on this machine. `tell` gets a line each time the program ends. */
  static async start(options: WrapOptions, tell: (line: string) => void): Promise<Program> {
    const program = new Program(options, await buildLibrary(), tell);
    program.#start();
    return program;
  }

  /** Sends a signal to its processes; resolves when they have ended. Those that take more than 5 s are killed. */
  async stop(signal: NodeJS.Signals): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const group = this.#child?.pid;
    if (group === undefined) return;
    const deadline = performance.now() + GRACE;
    send(group, signal);
    while (send(group, 0) && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, INTERVAL));
    }
    send(group, 'SIGKILL');
  }

  #start(): void {
    const { path, command, from, to } = this.#options;
    const [argv0, ...args] = command;
    const { LD_PRELOAD } = process.env;
    const started = performance.now();
    const child = spawn(path, args, {
      argv0,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        LD_PRELOAD: LD_PRELOAD ? `${this.#library}:${LD_PRELOAD}` : this.#library,
        WEBSOCK_REBIND: `${from}:${to}:${process.pid}`,
      },
    });
    this.#child = child;
    child.once('error', (error) => {
      this.#tell(`Cannot run ${argv0}: ${error.message}`);
      this.#over(1, 0);
    });
    child.once('exit', (code, signal) => {
      const status = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
      if (!this.#isStopping) this.#tell(`${argv0} ended with status ${status}`);
      this.#over(status, performance.now() - started);
    });
  }

  #over(status: number, age: number): void {
    const { mode } = this.#options;
    if (this.#isStopping || mode === 'ignore') return;
    if (mode === 'exit') {
      this.#onEnd(status);
      return;
    }
    if (age >= YOUNG) this.#wait = FIRST_WAIT;
    this.#timer = setTimeout(() => this.#start(), age < YOUNG ? this.#wait : 0);
    if (age < YOUNG) this.#wait = Math.min(2 * this.#wait, LAST_WAIT);
  }
}

/** Sends a signal to a process group, and returns whether there was a process to get it. */
function send(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch {
    return false;
  }
}
