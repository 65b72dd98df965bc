/**
 * One worker, as the main process sees it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { type LocalLedger, whenThere } from '../../base/ledger.js';
import type { Bridge } from '../../bridge.js';
import type { ToMain, ToWorker } from './messages.js';
import { LedgerDesk } from './remote-ledger.js';
import { type Post, WORKER } from './post.js';

/** How long a worker may take to answer, in ms. */
const PATIENCE = 1_000;
/** How many connections may be on their way to it: that many are stuck if it hangs. */
const MAX_GIVEN = 4;

/** Called for what happens to a worker. */
export interface HandHandler {
  /** It can take connections. */
  free(): void;
  /** Makes all workers return the places that they keep. */
  recall(): Promise<void>;
  said(message: Extract<ToMain, { readonly type: 'event' | 'warning' }>): void;
  /** It needs no more connections. */
  shut(): void;
  /** It has ended, with this signal or status. */
  ended(how: string): void;
}

/** A worker. */
export class Hand {
  readonly started = performance.now();
  isReady = false;
  /** Whether it needs no more connections. */
  isShut = false;
  /** Bytes that it had carried when it last said so. */
  carried: Bridge['carried'] = { up: 0, down: 0 };
  readonly #child: ChildProcess;
  readonly #desk: LedgerDesk;
  readonly #waiting = new Map<number, () => void>();
  /** Whether it did not answer in time and has sent nothing since. */
  #isLate = false;
  /** Called when it has reread its options, or with the reason why it could not. */
  #onReloaded: ((failure?: string) => void) | undefined;
  #last = 0;
  /**
   * Connections that it was given and has not taken yet. They stay open here until then: Node forgets a connection that is
   * on its way to a process that ends, and the client would wait forever.
   */
  readonly #given: Socket[] = [];
  #connections = 0;

  constructor(post: Post, args: readonly string[], ledger: LocalLedger, handler: HandHandler) {
    const [, script = ''] = process.argv;
    this.#desk = new LedgerDesk(ledger, () => handler.recall());
    this.#child = fork(script, args, { env: { ...process.env, [WORKER]: JSON.stringify(post) } });
    this.#child.on('error', () => {
      // 'close' follows; a message to a process that has ended is lost.
    });
    this.#child.on('message', (message) => this.#hear(message as ToMain, handler));
    // Not 'exit': its last messages may arrive after that, and a place that they take would never be released.
    this.#child.once('close', (code, signal) => {
      this.#letGo(this.#given.length);
      this.#desk.close();
      for (const go of this.#waiting.values()) go();
      this.#onReloaded?.();
      handler.ended(signal ?? `status ${code}`);
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Whether it can take a connection. A worker that does not take those that it was given hangs, and gets no more. */
  get isFree(): boolean {
    return this.isReady && !this.isShut && this.#given.length < MAX_GIVEN;
  }

  /** How many connections it has. */
  get load(): number {
    return this.#connections;
  }

  /** Gives it a connection, from which nothing has been read, to be served by the rules of that name. */
  give(socket: Socket, rules: string | undefined): void {
    this.#given.push(socket);
    this.#connections += 1;
    const message: ToWorker = { type: 'connection', rules };
    this.#child.send(message, socket, { keepOpen: true }, (error) => {
      if (error) socket.destroy();
    });
  }

  tell(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  /** Asks it how many bytes it has carried; if it hangs, resolves with its last answer. */
  async count(): Promise<Bridge['carried']> {
    await this.#ask('carried');
    return this.carried;
  }

  /** Makes it return the places that it keeps. */
  recall(): Promise<void> {
    return this.#ask('recall');
  }

  /** Makes it reread its options. Resolves with the reason if it can't, and with undefined if it can or ends meanwhile. */
  reload(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#onReloaded = resolve;
      this.tell({ type: 'reload' });
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Asks it something, and waits for the answer unless it hangs. */
  async #ask(type: 'carried' | 'recall'): Promise<void> {
    if (this.#isLate) return;
    this.#last += 1;
    const id = this.#last;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#waiting.set(id, resolve);
      timer = setTimeout(() => {
        this.#isLate = true;
        resolve();
      }, PATIENCE);
      this.tell({ type, id });
    });
    clearTimeout(timer);
    this.#waiting.delete(id);
  }

  /** Closes the first `count` of the given connections on this side: the worker has taken them, or has ended. */
  #letGo(count: number): void {
    for (const socket of this.#given.splice(0, count)) socket.destroy();
  }

  #hear(message: ToMain, handler: HandHandler): void {
    this.#isLate = false;
    switch (message.type) {
      case 'ready':
        this.isReady = true;
        handler.free();
        break;
      case 'moved':
        this.#letGo(message.taken);
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
      case 'ask':
        whenThere(this.#desk.answer(message.question), (value) =>
          this.tell({ type: 'answer', id: message.id, value }),
        );
        break;
      case 'left':
        this.#desk.leave(message.place);
        break;
      case 'recalled':
        for (const place of message.places) this.#desk.leave(place);
        this.#waiting.get(message.id)?.();
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
