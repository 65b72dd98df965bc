/**
 * Runs the cases over one kind of channel.
 */
import { Websock } from '../../src/index.js';
import type { Bench, Case, Env } from './contract.js';
import type { Facts } from './facts.js';

/** A case that takes longer counts as hanging, in ms. */
const TIMEOUT = 15_000;
/** After this many hanging cases in a row, the channel is given up: the rest would hang as well, for minutes. */
const HANGING_MAX = 3;

class Hangs extends Error {}

/** The results of one kind of channel. */
export interface KindReport {
  readonly kind: string;
  readonly backpressure: 'transport' | 'none';
  readonly total: number;
  readonly failures: string[];
  /** Whether the platform has each feature that the cases recorded. */
  readonly notes: Record<string, boolean>;
  readonly ms: number;
}

/** What a platform reports, once for each of its places. */
export interface Report {
  readonly place: 'window' | 'worker' | 'process';
  readonly kinds: KindReport[];
  readonly facts: Facts;
}

/** @param tell is called before each case: a case that hangs can't say where */
export async function run(
  env: Env,
  cases: readonly Case[],
  tell: (where: string) => Promise<unknown>,
): Promise<KindReport> {
  const start = performance.now();
  const failures: string[] = [];
  const notes: Record<string, boolean> = {};
  const fitting = cases.filter(({ needs }) => !needs || env.traits[needs]);
  let hanging = 0;
  for (const { name, run: runCase } of fitting) {
    if (hanging === HANGING_MAX) {
      failures.push(`${name}: not run, nor what follows, after ${HANGING_MAX} that hung`);
      break;
    }
    const { bench, end } = makeBench(env, notes);
    try {
      await tell(`${env.name}: ${name}`);
      await inTime(runCase(bench));
      hanging = 0;
    } catch (error) {
      hanging = error instanceof Hangs ? hanging + 1 : 0;
      failures.push(`${name}: ${(error as Error).message}`);
    }
    end();
  }
  env.end?.();
  const { backpressure } = env.traits;
  const ms = Math.round(performance.now() - start);
  return { kind: env.name, backpressure, total: fitting.length, failures, notes, ms };
}

function makeBench(
  env: Env,
  notes: Record<string, boolean>,
): { readonly bench: Bench; end(): void } {
  const socks: Websock[] = [];
  const bench: Bench = {
    traits: env.traits,
    join: (sock) => env.join(sock),
    refuse: (sock) => env.refuse!(sock),
    socket(options) {
      const sock = new Websock({ ...env.options, ...options });
      socks.push(sock);
      return sock;
    },
    async connect(options) {
      const sock = bench.socket(options);
      return { sock, peer: await env.join(sock) };
    },
    note: (fact, isSo) => (notes[fact] = isSo),
  };
  return {
    bench,
    end() {
      for (const sock of socks) sock.dispose();
    },
  };
}

/** Waits for the promise. @throws Error if it takes too long or rejects */
async function inTime(promise: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Hangs(`not done in ${TIMEOUT / 1000} s`)), TIMEOUT);
  });
  try {
    await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
