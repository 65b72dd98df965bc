/**
 * `--workers`: a main process that owns the ports, the log, the metrics and the counts for the limits, and workers
 * that serve the connections. A worker that dies is replaced.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEEP_ALIVE_DELAY } from '../../access/dial.js';
import { formatSource } from '../../base/inherited.js';
import type { LocalLedger } from '../../base/ledger.js';
import type { Bridge } from '../../bridge.js';
import { type BridgeEvent, formatEvent, formatJson } from '../../log/events.js';
import { Listeners } from '../../port/listeners.js';
import { releaseParent } from '../../process/daemon.js';
import { MAX_TIMER } from '../../process/life.js';
import { notify } from '../../process/notify.js';
import { writePidFile } from '../../process/pid-file.js';
import { createBridge } from '../../server.js';
import { type Command, explain, type Run } from '../arguments.js';
import { describeTarget } from '../check.js';
import { type MetricsModule, openMetrics, type ServiceOptions } from '../service.js';
import { Balancer } from './balancer.js';
import { Hand } from './hand.js';
import { Roll } from './roll.js';

/** A worker that ends this soon, in ms, without ever being ready is replaced only after the same delay. */
const YOUNG = 1_000;
/** How long workers may take to end after the drain, in ms. */
const END_TIMEOUT = 15_000;

/** What a crew needs from the command. */
export interface CrewOptions extends ServiceOptions {
  readonly args: readonly string[];
  readonly count: number;
  readonly ledger: LocalLedger;
}

/** The main process and its workers. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #metrics: MetricsModule | undefined;
  readonly #counts: InstanceType<MetricsModule['Metrics']> | undefined;
  /** Where workers find each other's sockets; only this user can access it. */
  #directory = '';
  readonly #hands = new Map<number, Hand>();
  readonly #balancer = new Balancer(this.#hands);
  readonly #roll = new Roll();
  readonly #listeners: Listeners;
  /** Bytes carried by workers that have ended. */
  readonly #carried = { up: 0, down: 0 };
  #command: Run;
  #isRunning = false;
  #failure: string | undefined;
  #closing: Parameters<Bridge['close']>[0];
  #reloading = Promise.resolve();
  #onChange = () => {};

  private constructor(options: CrewOptions, metrics: MetricsModule | undefined) {
    this.#options = options;
    this.#command = options.command;
    this.#metrics = metrics;
    this.#counts = metrics && new metrics.Metrics(() => this.#sumUp());
    this.#listeners = new Listeners({
      keepAliveDelay: KEEP_ALIVE_DELAY,
      pauseOnConnect: true,
      onConnection: (socket, rules) => this.#balancer.give(socket, rules),
      onError: ({ message }) => options.warn(message),
    });
  }

  /** Checks the options. Rejects with a RangeError for one that can't be used. */
  static async create(options: CrewOptions): Promise<Crew> {
    const metrics = options.command.metrics && (await import('../../metrics/index.js'));
    await createBridge(options.command.options).close();
    return new Crew(options, metrics);
  }

  /** Runs until no worker is left, and resolves with the exit code. Rejects when it can't listen, or a worker can't start. */
  async run(): Promise<number> {
    const { say, warn } = this.#options;
    this.#directory = mkdtempSync(join(tmpdir(), 'websock-workers-'));
    process.once('SIGINT', () => this.#close({}));
    process.once('SIGTERM', () => this.#close(this.#command));
    const port =
      this.#metrics && this.#counts
        ? await openMetrics(this.#metrics, this.#counts, this.#command, say)
        : undefined;
    let removePidFile = () => {};
    try {
      const addresses: string[] = [];
      for (const source of this.#command.sources) {
        addresses.push(formatSource(await this.#listeners.listen(source)));
      }
      if (this.#command.pidFile !== undefined) removePidFile = writePidFile(this.#command.pidFile);
      for (let number = 1; number <= this.#options.count; number += 1) this.#hire(number);
      await this.#until(() => [...this.#hands.values()].every(({ isReady }) => isReady));
      this.#isRunning = true;
      const target = describeTarget(this.#command.options);
      say(`Listening on ${addresses.join(' and ')}, target ${target}`);
      notify('READY=1', warn);
      releaseParent();
      await this.#until(() => this.#hands.size === 0);
      return 0;
    } finally {
      this.#close({});
      void this.#listeners.close();
      port?.close();
      for (const hand of this.#hands.values()) hand.kill();
      removePidFile();
      rmSync(this.#directory, { recursive: true, force: true });
    }
  }

  /** Makes all workers reread the options. Never rejects. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    const { read, warn, say } = this.#options;
    try {
      const command: Command = await read();
      if (command.action !== 'run' || this.#closing) return;
      await createBridge(command.options).close();
      await command.close();
      const answers = await Promise.all([...this.#hands.values()].map((hand) => hand.reload()));
      const failure = answers.find((each) => each !== undefined);
      if (failure !== undefined) throw new Error(failure);
      this.#command = command;
      say(`Reloaded, target ${describeTarget(command.options)}`);
    } catch (error) {
      warn(`Cannot reload: ${explain(error)}`);
    }
  }

  /** Starts a worker. */
  #hire(number: number): void {
    const options = this.#options;
    const { args, count, ledger } = options;
    const post = {
      main: process.pid,
      number,
      count,
      directory: this.#directory,
      reports: options.command.log.verbose || this.#counts !== undefined,
    };
    const hand: Hand = new Hand(post, args, ledger, {
      free: () => {
        this.#balancer.giveWaiting();
        if (!this.#isRunning) this.#onChange();
      },
      recall: async () => {
        await Promise.all([...this.#hands.values()].map((each) => each.recall()));
      },
      said: (message) => {
        if (message.type === 'warning') options.warn(message.reason);
        else this.#log(this.#roll.enter(number, message.event));
      },
      shut: () => this.#closeIfShut(),
      ended: (how) => this.#ended(number, hand, how),
    });
    this.#hands.set(number, hand);
  }

  #ended(number: number, hand: Hand, how: string): void {
    const { warn, command } = this.#options;
    this.#hands.delete(number);
    this.#carried.up += hand.carried.up;
    this.#carried.down += hand.carried.down;
    const lost = this.#roll.strike(number);
    for (const event of lost) this.#log(event);
    if (!this.#isRunning) this.#failure ??= `Cannot start a worker: it ended with ${how}`;
    else if (!this.#closing) {
      const names = lost.map((event) => ('id' in event ? `#${event.id}` : '')).join(', ');
      // Session numbers mean something only to those who have seen them in the log.
      const count = `${hand.load} connection${hand.load === 1 ? '' : 's'}`;
      const cost = command.log.verbose ? names : hand.load > 0 && count;
      const loss = cost ? `, taking ${cost} with it` : '';
      warn(`Worker ${number} (process ${hand.pid}) ended with ${how}${loss}`);
      if (!hand.isReady && performance.now() - hand.started < YOUNG) {
        setTimeout(() => this.#replace(number), YOUNG);
      } else this.#replace(number);
    }
    this.#closeIfShut();
    this.#onChange();
  }

  #replace(number: number): void {
    if (!this.#closing) this.#hire(number);
  }

  /** While closing, stops listening once no worker needs more connections. */
  #closeIfShut(): void {
    if (this.#closing && [...this.#hands.values()].every(({ isShut }) => isShut)) {
      void this.#listeners.close();
    }
  }

  #close({
    drain = 0,
    lameDuck = 0,
  }: {
    readonly drain?: number;
    readonly lameDuck?: number;
  }): void {
    if (!this.#closing) {
      notify('STOPPING=1', this.#options.warn);
      setTimeout(
        () => {
          for (const hand of this.#hands.values()) hand.kill();
        },
        Math.min(MAX_TIMER, lameDuck + drain + END_TIMEOUT),
      ).unref();
    }
    this.#closing = { drain, lameDuck };
    this.#balancer.close();
    for (const hand of this.#hands.values()) hand.tell({ type: 'close', drain, lameDuck });
    this.#onChange();
  }

  #log(event: BridgeEvent): void {
    const { command, sink } = this.#options;
    this.#counts?.count(event);
    if (!command.log.verbose) return;
    sink.write(`${command.log.json ? formatJson(event) : formatEvent(event)}\n`);
  }

  async #sumUp(): Promise<Bridge['carried']> {
    const all = await Promise.all([...this.#hands.values()].map((hand) => hand.count()));
    return [this.#carried, ...all].reduce((sum, { up, down }) => ({
      up: sum.up + up,
      down: sum.down + down,
    }));
  }

  /** Waits until `holds` returns true. Rejects when a worker can't start. */
  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#onChange = () => {
        if (this.#failure !== undefined) reject(new Error(this.#failure));
        else if (holds()) resolve();
      };
      this.#onChange();
    });
  }
}
