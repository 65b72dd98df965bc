/**
 * A worker: a process with a bridge that has no ports. Its connections come from the main process, which owns the ports, the
 * counts for the limits, the log and the metrics.
 */
import { rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { WorkerBridge } from '../../bridge.js';
import { DEFAULT_SUSPENDED } from '../../options.js';
import { createWorkerBridge } from '../../server.js';
import { type Command, explain, type Run } from '../arguments.js';
import { Bridges } from '../bridges.js';
import type { ToMain, ToWorker } from './messages.js';
import type { Post } from './post.js';
import { RemoteLedger } from './remote-ledger.js';
import { Tunnels } from './tunnels.js';

/** How long it collects news for the main process, in ms. */
const TELL_DELAY = 2;
/** How long connections may stay open after the last session, in ms. */
const FAREWELL = 2_000;

/** Opens the main process's ledger in a worker. */
export function openLedger(): RemoteLedger {
  return new RemoteLedger(send);
}

/** Sends the main process a warning for the operator. */
export function warnMain(reason: string): void {
  send({ type: 'warning', reason });
}

/** Serves connections until the main process says to stop, or ends. Resolves with the exit code. */
export async function work(
  post: Post,
  command: Run,
  read: () => Promise<Command>,
  ledger: RemoteLedger,
): Promise<number> {
  const worker = new Worker(post, command, read, ledger);
  return worker.run();
}

class Worker {
  readonly #post: Post;
  readonly #command: Run;
  readonly #read: () => Promise<Command>;
  readonly #ledger: RemoteLedger;
  readonly #tunnels: Tunnels;
  readonly #bridges: Bridges<WorkerBridge>;
  readonly #sockets = new Set<Socket>();
  #taken = 0;
  #gone = 0;
  #isTelling = false;
  #isClosing = false;

  constructor(post: Post, command: Run, read: () => Promise<Command>, ledger: RemoteLedger) {
    this.#post = post;
    this.#command = command;
    this.#read = read;
    this.#ledger = ledger;
    this.#tunnels = new Tunnels(post, (client, identity) =>
      this.#bridges.latest.resume(client, identity),
    );
    this.#bridges = new Bridges(this.#make(command));
  }

  async run(): Promise<number> {
    await this.#tunnels.listen();
    process.on('message', (message: unknown, socket: unknown) =>
      this.#hear(message as ToWorker, socket as Socket | undefined),
    );
    process.once('disconnect', () => {
      this.#bridges.close();
      // If the main process was killed, nobody else removes it.
      rmSync(this.#post.directory, { recursive: true, force: true });
    });
    send({ type: 'ready' });
    await this.#bridges.ended();
    send({ type: 'shut' });
    this.#tunnels.close();
    const timer = setTimeout(() => {
      for (const socket of this.#sockets) socket.destroy();
    }, FAREWELL);
    await Promise.all([...this.#sockets].map(closed));
    clearTimeout(timer);
    process.removeAllListeners('message');
    if (process.connected) process.disconnect();
    return 0;
  }

  #make({ options }: Run): WorkerBridge {
    const { traffic } = this.#command.log;
    const { count, reports } = this.#post;
    const bridge: WorkerBridge = createWorkerBridge(
      {
        ...options,
        flowRoute: this.#tunnels.routeOf(options.flowRoute),
        maxSuspended: Math.ceil((options.maxSuspended ?? DEFAULT_SUSPENDED) / count),
        log: reports
          ? (_, event) => send({ type: 'event', event, carried: this.#bridges.carried })
          : undefined,
        traffic: traffic ? (symbol) => void process.stdout.write(symbol) : undefined,
      },
      { passOn: this.#tunnels.passOn, onShut: () => this.#shut(bridge) },
    );
    return bridge;
  }

  #hear(message: ToWorker, socket: Socket | undefined): void {
    switch (message.type) {
      case 'connection':
        this.#taken += 1;
        // The connection may have closed on the way.
        if (socket) this.#serve(socket, message.rules);
        else this.#gone += 1;
        this.#tell();
        break;
      case 'answer':
        this.#ledger.answered(message.id, message.value);
        break;
      case 'carried':
        send({ type: 'carried', id: message.id, carried: this.#bridges.carried });
        break;
      case 'recall':
        this.#ledger.recalled(message.id);
        break;
      case 'close':
        this.#isClosing = true;
        this.#bridges.close(message);
        break;
      case 'reload':
        void this.#reload();
        break;
    }
  }

  /** Reports that the latest bridge needs no more connections; earlier ones get none anyway. */
  #shut(bridge: WorkerBridge): void {
    if (this.#isClosing && bridge === this.#bridges.latest) send({ type: 'shut' });
  }

  #serve(socket: Socket, rules: string | undefined): void {
    socket.allowHalfOpen = true;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#gone += 1;
      this.#tell();
    });
    this.#bridges.latest.serve(socket, rules);
  }

  /** Reports taken and closed connections, several at once: each message costs both processes a system call. */
  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    setTimeout(() => {
      send({ type: 'moved', taken: this.#taken, gone: this.#gone });
      this.#taken = this.#gone = 0;
      this.#isTelling = false;
    }, TELL_DELAY);
  }

  async #reload(): Promise<void> {
    try {
      await this.#bridges.renew(this.#read, (command) => this.#make(command));
      send({ type: 'reloaded' });
    } catch (error) {
      send({ type: 'reloaded', failure: explain(error) });
    }
  }
}

function send(message: ToMain): void {
  // The main process may have ended: then this one is about to end too.
  if (process.connected) process.send?.(message, undefined, {}, () => {});
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}
