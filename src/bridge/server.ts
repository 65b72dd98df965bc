/**
 * The bridge itself. It only composes the parts that a connection passes through: port, http, access, session.
 */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { KEEP_ALIVE_DELAY } from './access/dial.js';
import { Dialer } from './access/dialer.js';
import type { Identity } from './base/identity.js';
import type { InheritedSource } from './base/inherited.js';
import { LocalLedger } from './base/ledger.js';
import type { UnixSource } from './base/unix.js';
import type { Bridge, Surroundings, WorkerBridge } from './bridge.js';
import { Entrance } from './entrance.js';
import { GOING_AWAY } from './http/plain.js';
import { Journal } from './log/journal.js';
import type { BridgeOptions } from './options.js';
import { Listeners } from './port/listeners.js';
import { Life } from './process/life.js';
import { Reception } from './reception.js';
import { PooledSocket } from './session/reads.js';
import { Sessions } from './sessions.js';
import { readOptions, type Settings } from './settings.js';

/** How long clients that are already connected may still send their requests after another bridge has taken over, in ms. */
const HAND_OVER = 10_000;

/**
 * Creates a bridge, which does not listen yet. Throws an OptionError, which is a RangeError, for an invalid option.
 *
 * ```js
 * const bridge = createBridge({ target: { host: '127.0.0.1', port: 5900 } });
 * const { port } = await bridge.listen(6080);
 * await bridge.close();
 * ```
 */
export function createBridge(options: BridgeOptions): Bridge {
  return new HttpBridge(readOptions(options));
}

/** Creates a bridge that is one of several processes. Throws an OptionError for an invalid option. */
export function createWorkerBridge(
  options: BridgeOptions,
  surroundings: Surroundings,
): WorkerBridge {
  return new HttpBridge(readOptions(options), surroundings);
}

class HttpBridge implements WorkerBridge {
  readonly #settings: Settings;
  readonly #journal: Journal;
  readonly #life: Life;
  readonly #sessions: Sessions;
  readonly #dialer: Dialer;
  readonly #reception: Reception;
  /** The entrance for each set of rules, by its name; undefined is the name of the bridge's own options. */
  readonly #entrances = new Map<string | undefined, Entrance>();
  readonly #listeners: Listeners;
  readonly #surroundings: Surroundings | undefined;
  /** Resolves when no connection is left. */
  #deserted: Promise<unknown> | undefined;

  constructor(settings: Settings, surroundings?: Surroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#journal = new Journal(settings);
    this.#life = new Life(settings, {
      drain: () => this.#stopListening(),
      end: () => this.#end(),
      cut: () => this.#cut(),
    });
    this.#sessions = new Sessions({
      ...settings,
      journal: this.#journal,
      onOpened: () => this.#life.opened(),
      onClosed: () => this.#life.closed(),
      onNoneResumable: () => {
        if (!this.#isListening) this.#closePort();
      },
    });
    this.#dialer = new Dialer({ ...settings, makeSocket: () => new PooledSocket() });
    const isListening = () => this.#isListening;
    const reception = new Reception({
      settings,
      journal: this.#journal,
      sessions: this.#sessions,
      dialer: this.#dialer,
      isListening,
      passOn: surroundings?.passOn,
    });
    this.#reception = reception;
    const parts = {
      journal: this.#journal,
      sessions: this.#sessions,
      reception,
      isListening,
      isReady: () => this.#life.isReady,
    };
    this.#entrances.set(undefined, new Entrance({ ...parts, settings }));
    for (const [name, rules] of settings.listenRules) {
      this.#entrances.set(name, new Entrance({ ...parts, settings: { ...settings, ...rules } }));
    }
    this.#listeners = new Listeners({
      keepAliveDelay: KEEP_ALIVE_DELAY,
      onConnection: (socket, rules) => this.serve(socket, rules),
      onError: (error) => this.#journal.failed(error),
    });
  }

  get closed(): Promise<void> {
    return this.#life.ended;
  }

  get carried(): Bridge['carried'] {
    return this.#sessions.carried;
  }

  async listen(
    where: number | UnixSource | InheritedSource,
    host = '127.0.0.1',
    rules?: string,
  ): Promise<never> {
    if (!this.#isListening) throw new Error('Cannot listen: the bridge is closed');
    const source = typeof where === 'number' ? { host, port: where, rules } : where;
    this.#entrance(source.rules);
    const address = await this.#listeners.listen(source);
    this.#life.start();
    // Each overload has a result of its own, which one signature can't express.
    return address as never;
  }

  serve(socket: Socket, rules?: string): void {
    this.#entrance(rules).admit(socket);
  }

  resume(client: Duplex, identity: Identity): void {
    const { resumable } = this.#sessions;
    const leave = resumable.enter();
    if (leave) resumable.receive(client, identity, leave);
    else client.destroy();
  }

  close({ drain = 0, lameDuck = 0 }: Parameters<Bridge['close']>[0] = {}): Promise<void> {
    this.#life.leave(lameDuck, drain);
    return this.closed;
  }

  handOver(next: Bridge): void {
    if (!(next instanceof HttpBridge) || !next.#isListening || !this.#isListening) {
      throw new TypeError('Cannot hand over: expected two open bridges made by createBridge');
    }
    // Each listener keeps the name of its rules; throws if `next` has none of that name.
    for (const name of this.#entrances.keys()) next.#entrance(name);
    const [ledger, nextLedger] = [this.#settings.ledger, next.#settings.ledger];
    if (ledger instanceof LocalLedger && nextLedger instanceof LocalLedger) {
      nextLedger.continueFrom(ledger);
    }
    next.#reception.continueFrom(this.#reception);
    next.#sessions.resumable.continueFrom(this.#sessions.resumable);
    this.#listeners.moveTo(next.#listeners);
    next.#life.start();
    // Clients that connected a moment ago may not have sent their requests yet.
    this.#life.leave(HAND_OVER, Number.POSITIVE_INFINITY);
  }

  get #isListening(): boolean {
    return this.#life.stage === 'listening';
  }

  #entrance(rules: string | undefined): Entrance {
    const entrance = this.#entrances.get(rules);
    if (!entrance)
      throw new RangeError(`Cannot use the rules "${rules}": there are none of that name`);
    return entrance;
  }

  /** Lets no more sessions begin. The port stays open while there are sessions whose clients may have to come back. */
  #stopListening(): void {
    this.#dialer.abort();
    if (!this.#sessions.resumable.hasLive) this.#closePort();
  }

  /** Lets no more connections in. */
  #closePort(): void {
    if (this.#deserted) return;
    this.#deserted = this.#listeners.close();
    this.#surroundings?.onShut();
    for (const entrance of this.#entrances.values()) entrance.close();
  }

  async #end(): Promise<void> {
    this.#closePort();
    for (const entrance of this.#entrances.values()) entrance.destroySilent();
    await Promise.all([this.#deserted, this.#sessions.close(1001, GOING_AWAY.message)]);
    this.#sessions.resumable.clear();
    await this.#dialer.close().catch((error: unknown) => this.#journal.failed(error));
  }

  /** Drops what takes too long to end. */
  #cut(): void {
    for (const entrance of this.#entrances.values()) entrance.destroy();
    this.#sessions.destroy();
  }
}
