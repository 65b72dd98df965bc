/**
 * What the command runs: a bridge, its successors after reloads of the options, and their metrics.
 */
import type { Warn } from '../access/plugin.js';
import { Socket } from 'node:net';
import { formatSource } from '../base/inherited.js';
import { parseHostName } from '../base/origin.js';
import type { Bridge } from '../bridge.js';
import { type BridgeEvent, formatJson } from '../log/events.js';
import type { MetricsPort } from '../metrics/server.js';
import { releaseParent } from '../process/daemon.js';
import { isListening, isSocket } from '../process/inherited.js';
import type { LogSink } from '../process/log-file.js';
import { notify } from '../process/notify.js';
import { writePidFile } from '../process/pid-file.js';
import { createBridge } from '../server.js';
import { Bridges } from './bridges.js';
import { type Command, explain, type Run } from './arguments.js';
import { describeTarget } from './check.js';
import { runProgram } from './wrap.js';

export type MetricsModule = typeof import('../metrics/index.js');

/** What a service needs from the command. */
export interface ServiceOptions {
  readonly command: Run;
  /** Rereads the options. */
  readonly read: () => Promise<Command>;
  readonly sink: LogSink;
  readonly warn: Warn;
  /** Prints what an operator waits for, such as the address. */
  readonly say: (text: string) => void;
}

/** The running bridge. */
export class Service {
  readonly #options: ServiceOptions;
  readonly #metrics: MetricsModule | undefined;
  readonly #counts: InstanceType<MetricsModule['Metrics']> | undefined;
  readonly #bridges: Bridges;
  #command: Run;
  #reloading = Promise.resolve();

  private constructor(options: ServiceOptions, metrics: MetricsModule | undefined) {
    this.#options = options;
    this.#command = options.command;
    this.#metrics = metrics;
    this.#counts = metrics && new metrics.Metrics(() => this.#bridges.carried);
    this.#bridges = new Bridges(this.#make(options.command));
  }

  /** Creates the bridge, which does not listen yet. Rejects with a RangeError for an option that can't be used. */
  static async create(options: ServiceOptions): Promise<Service> {
    // Loaded only on demand: the library takes some time to load.
    const metrics = options.command.metrics && (await import('../metrics/index.js'));
    return new Service(options, metrics);
  }

  /** Runs until no bridge is left, and resolves with the exit code. Rejects when it can't listen or run the program. */
  async run(): Promise<number> {
    // Each is caught once: if closing takes too long, the same signal again ends the process.
    process.once('SIGINT', () => this.#close());
    process.once('SIGTERM', () => {
      const { drain, lameDuck } = this.#command;
      this.#close({ drain, lameDuck });
    });
    const port = await this.#openMetrics();
    let removePidFile = () => {};
    try {
      const where = await listen(this.#bridges.latest, this.#command);
      if (this.#command.pidFile !== undefined) removePidFile = writePidFile(this.#command.pidFile);
      const endProgram = await this.#startProgram();
      this.#options.say(`Listening on ${where}, target ${describeTarget(this.#command.options)}`);
      notify('READY=1', this.#options.warn);
      releaseParent();
      await this.#bridges.ended();
      return (await endProgram?.()) ?? 0;
    } finally {
      port?.close();
      removePidFile();
      // For errors that leave the bridge open, such as one in writing the PID file.
      this.#close();
    }
  }

  /** Rereads the options and lets a bridge with them take over; open sessions keep the old ones. Never rejects. */
  reload(): Promise<void> {
    this.#reloading = this.#reloading.then(() => this.#reload());
    return this.#reloading;
  }

  async #reload(): Promise<void> {
    const { read, say, warn } = this.#options;
    try {
      const command = await this.#bridges.renew(read, (run) => this.#make(run));
      if (command.action !== 'run') return;
      this.#command = command;
      say(`Reloaded, target ${describeTarget(command.options)}`);
    } catch (error) {
      warn(`Cannot reload: ${explain(error)}`);
    }
  }

  #make({ options }: Run): Bridge {
    // A reload does not change where the log goes.
    const { log } = this.#options.command;
    return createBridge({
      ...options,
      log: log.verbose || this.#counts ? (line, event) => this.#log(line, event) : undefined,
      traffic: log.traffic ? (symbol) => void process.stdout.write(symbol) : undefined,
    });
  }

  #log(line: string, event: BridgeEvent): void {
    const { command, sink } = this.#options;
    this.#counts?.count(event);
    if (command.log.verbose) sink.write(`${command.log.json ? formatJson(event) : line}\n`);
  }

  #close(options?: Parameters<Bridge['close']>[0]): void {
    if (!this.#bridges.isEmpty) notify('STOPPING=1', this.#options.warn);
    this.#bridges.close(options);
  }

  /** Starts the wrapped program, if any. Resolves with the function that ends it. */
  async #startProgram(): Promise<(() => Promise<number>) | undefined> {
    const { wrap } = this.#command;
    if (!wrap) return undefined;
    try {
      return await runProgram(wrap, this.#options.warn, () => this.#close());
    } catch (error) {
      await this.#bridges.latest.close();
      throw error;
    }
  }

  async #openMetrics(): Promise<MetricsPort | undefined> {
    if (!this.#metrics || !this.#counts) return undefined;
    return openMetrics(this.#metrics, this.#counts, this.#command, this.#options.say);
  }
}

/** Opens the metrics port, if one is configured. */
export async function openMetrics(
  { serveMetrics }: MetricsModule,
  counts: InstanceType<MetricsModule['Metrics']>,
  { metrics: where, options }: Run,
  say: (text: string) => void,
): Promise<MetricsPort | undefined> {
  if (!where) return undefined;
  const hosts = (options.allowHosts ?? []).map((name) => parseHostName(name) ?? name);
  const port = await serveMetrics(counts, where, new Set(hosts));
  say(`Metrics at http://${formatSource(port.address)}/metrics`);
  return port;
}

const STDIN = 0;

/** Serves standard input as a single connection, and lets the bridge end with it. */
function serveOnce(bridge: Bridge): void {
  const socket = new Socket({ fd: STDIN, readable: true, writable: true, allowHalfOpen: true });
  socket.once('close', () => void bridge.close({ drain: Number.POSITIVE_INFINITY }));
  bridge.serve(socket);
}

function take(bridge: Bridge, source: Run['sources'][number]) {
  if ('fd' in source) return bridge.listen(source);
  if ('path' in source) return bridge.listen(source);
  return bridge.listen(source.port, source.host, source.rules);
}

/** Listens on every port and socket, and resolves with their addresses as text. */
async function listen(bridge: Bridge, { sources, inetd }: Run): Promise<string> {
  if (inetd && !isSocket(STDIN)) {
    throw new Error('Cannot use --inetd: standard input is not a socket');
  }
  if (inetd && !isListening(STDIN)) {
    serveOnce(bridge);
    return 'standard input';
  }
  const addresses: string[] = [];
  try {
    for (const source of inetd ? [{ fd: STDIN }] : sources) {
      addresses.push(formatSource(await take(bridge, source)));
    }
  } catch (error) {
    // The ports that are already open would keep the process alive.
    await bridge.close();
    throw error;
  }
  return addresses.join(' and ');
}
