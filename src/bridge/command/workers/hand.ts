/**
 * One worker, as the main process sees it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import type { LocalLedger } from '../../base/ledger.js';
import type { Bridge } from '../../bridge.js';
import type { ToMain, ToWorker } from './messages.js';
import { LedgerDesk } from './remote-ledger.js';
import { type Post, WORKER } from './post.js';

/** How long a worker may take to say what it has carried, in ms. */
const PATIENCE = 1_000;

/** Told of what a worker does. */
export interface HandHandler {
  /** It can take a connection. */
  free(): void;
  said(message: Extract<ToMain, { readonly type: 'event' | 'warning' }>): void;
  /** It needs no connections any more. */
  shut(): void;
  /** It is no more. */
  ended(how: string): void;
}

/** A worker. */
export class Hand {
  readonly started = performance.now();
  isReady = false;
  /** Whether it needs no connections any more. */
  isShut = false;
  /** Bytes that it has carried, as far as is known. */
  carried: Bridge['carried'] = { up: 0, down: 0 };
  readonly #child: ChildProcess;
  readonly #desk: LedgerDesk;
  readonly #waiting = new Map<number, () => void>();
  /** Told when it has read its options again, and why not if it has not. */
  #onReloaded: ((failure?: string) => void) | undefined;
  #last = 0;
  /**
   * What it was given and has not taken yet. It stays open here until then: Node forgets a connection that is under way to
   * a process that ends, and its client would wait for ever.
   */
  #given: Socket | undefined;
  #connections = 0;

  constructor(post: Post, args: readonly string[], ledger: LocalLedger, handler: HandHandler) {
    const [, script = ''] = process.argv;
    this.#desk = new LedgerDesk(ledger);
    this.#child = fork(script, args, { env: { ...process.env, [WORKER]: JSON.stringify(post) } });
    this.#child.on('error', () => {
      // 'close' follows; a message to one that is no more is lost.
    });
    this.#child.on('message', (message) => this.#hear(message as ToMain, handler));
    // Not 'exit': what it said last may come after that, and would count for ever.
    this.#child.once('close', (code, signal) => {
      this.#letGo();
      this.#desk.close();
      for (const go of this.#waiting.values()) go();
      this.#onReloaded?.();
      handler.ended(signal ?? `status ${code}`);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it can take a connection: one that has not taken what it was given hangs, and gets no more. */
  get isFree(): boolean {
    return this.isReady && !this.isShut && this.#given === undefined;
  }

  /** How many connections it has. */
  get load(): number {
    return this.#connections;
  }

  /** Gives it a connection, which has not been read. */
  give(socket: Socket): void {
    this.#given = socket;
    this.#connections += 1;
    const message: ToWorker = { type: 'connection' };
    this.#child.send(message, socket, { keepOpen: true }, (error) => {
      if (error) socket.destroy();
    });
  }

  tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** Asks it what it has carried. */
  async count(): Promise<Bridge['carried']> {
    this.#last += 1;
    const id = this.#last;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.set(id, resolve);
      timer = setTimeout(resolve, PATIENCE);
      this.tell({ type: 'carried', id });
    });
    clearTimeout(timer);
    this.#waiting.delete(id);
    return this.carried;
  }

  /** Lets it read its options again. Resolves with why it could not, if it could not; also if it ends meanwhile. */
  reload(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#onReloaded = resolve;
      this.tell({ type: 'reload' });
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** It has the connection that it was given, or is no more. */
  #letGo(): void {
    this.#given?.destroy();
    this.#given = undefined;
  }

  #hear(message: ToMain, handler: HandHandler): void {
    switch (message.type) {
      case 'ready':
        this.isReady = true;
        handler.free();
        break;
      case 'moved':
        if (message.taken > 0) this.#letGo();
        this.#connections -= message.gone;
        handler.free();
        break;
      case 'carried':
        this.carried = message.carried;
        this.#waiting.get(message.id)?.();
        break;
      case 'event':
        this.carried = message.carried;
        handler.said(message);
        break;
      case 'ask': {
        const value = this.#desk.answer(message.question);
        this.tell({ type: 'answer', id: message.id, value });
        break;
      }
      case 'leave':
        this.#desk.leave(message.place);
        break;
      case 'shut':
        this.isShut = true;
        handler.shut();
        break;
      case 'reloaded':
        this.#onReloaded?.(message.failure);
        break;
      case 'warning':
        handler.said(message);
        break;
    }
  }
}
