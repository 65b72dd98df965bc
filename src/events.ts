/**
 * The events of a socket and the emitter behind them, built on mitt. It adds two things to mitt: a handler's
 * exception does not stop later handlers from running, and it reaches the code that emitted the event.
 */
import mitt, { type Emitter as Mitt } from 'mitt';
import type { WebsockError } from './errors.js';
import type { ResumedInfo, SuspendedInfo } from './transport/transport.js';

/** How a connection ended: a CloseEvent's fields, RFC 6455 section 7.1.5 and 7.1.6. */
export interface CloseInfo {
  /** The close code: 1000 for a normal end, 1005 when none was sent, 1006 when the connection was lost. */
  readonly code: number;
  /** The reason that the peer gave, possibly empty. */
  readonly reason: string;
  /** Whether both sides took part in closing. */
  readonly wasClean: boolean;
  /**
   * Who ended it: `'local'`, this end, by `close()` or because it rejected a message; `'remote'`, the peer; `'network'`, neither:
   * the connection was lost or never established.
   */
  readonly by: 'local' | 'remote' | 'network';
}

/** What each event passes to its handlers. */
export interface WebsockEvents {
  /** The connection is open; passes the native event, if there is one. */
  open: Event | undefined;
  /** Bytes have arrived: read them from the queue. Unread ones stay; the next event comes with the next bytes. */
  message: undefined;
  /** The connection has ended. Unread bytes stay readable. */
  close: CloseInfo;
  /** More than `sendHighWaterMark` bytes were unsent, and now at most that many are: you can send again. */
  drain: undefined;
  /** Nothing was received for this many ms; emitted after each `idleTimeout`, if that is set. Informational only. */
  idle: number;
  /**
   * The peer's direction has ended and its last byte was delivered; only with half-close, see `end()`. Ours stays open; with the
   * option `flow`, only if its `halfOpen` is set.
   */
  end: undefined;
  /** With the option `flow`: the connection is lost, and the stream is waiting for a new one. */
  suspended: SuspendedInfo;
  /** With the option `flow`: the stream has resumed. */
  resumed: ResumedInfo;
  /**
   * Something failed; `cause` is the native event or exception, if any. A `close` follows, unless only a send failed.
   * A failure of the connection after `close()` is not emitted.
   */
  error: WebsockError;
}

/** The name of an event. */
export type WebsockEventName = keyof WebsockEvents;

/** Options of `once()`. */
export interface OnceOptions {
  /** Aborting it rejects the promise with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * Watches a socket's bytes: see `tap` of `Websock`.
 * @param direction `received` or `sent`, as seen from this end
 * @param bytes a view, valid during the call; copy what you keep, and don't write to it
 */
export type WebsockTap = (direction: 'received' | 'sent', bytes: Uint8Array) => void;

/** A function that handles an event. */
export type WebsockHandler<Name extends WebsockEventName> = (payload: WebsockEvents[Name]) => void;

const NAMES: readonly string[] = [
  'open',
  'message',
  'close',
  'error',
  'drain',
  'idle',
  'end',
  'suspended',
  'resumed',
] satisfies WebsockEventName[];

const ignore = (): void => {};

/** Typed handlers by event name. */
export class Emitter {
  // mitt's own type needs an index signature, which an interface does not have.
  readonly #mitt: Mitt<{ [Name in WebsockEventName]: WebsockEvents[Name] }> = mitt();
  /**
   * A fast `emit('message')`, since each message calls it: the handler itself, if there is only one; updated when the handlers
   * change. Don't call it as a method: the handler would get the emitter as `this`.
   */
  emitMessage: (this: void, payload?: undefined) => void = ignore;
  /** Watches the bytes of each connection in turn; only an `AsyncConnection` calls it. */
  tap: WebsockTap | undefined;

  /**
   * Adds a handler and returns a function that removes it.
   * @throws TypeError for an unknown event or a handler that is not a function
   */
  on<Name extends WebsockEventName>(name: Name, handler: WebsockHandler<Name>): () => void {
    if (!NAMES.includes(name)) {
      throw new TypeError(`Cannot listen to "${name}": the events are ${NAMES.join(', ')}`);
    }
    if (typeof handler !== 'function') {
      throw new TypeError(
        `Cannot listen to "${name}": the handler must be a function, not ${handler}`,
      );
    }
    this.#mitt.on(name, handler);
    this.#changed();
    let added = true;
    return () => {
      // Remove it only once: the same function may have been added again.
      if (added) this.off(name, handler);
      added = false;
    };
  }

  /** Removes a handler; without one, all handlers of the event. */
  off<Name extends WebsockEventName>(name: Name, handler?: WebsockHandler<Name>): void {
    this.#mitt.off(name, handler);
    this.#changed();
  }

  /** Whether the event has a handler. */
  has(name: WebsockEventName): boolean {
    return !!this.#mitt.all.get(name)?.length;
  }

  /** Removes all handlers of all events. */
  clear(): void {
    this.#mitt.all.clear();
    this.#changed();
  }

  /**
   * Calls the handlers in the order they were added. When all have run, it rethrows the exception that one of them threw, or
   * an AggregateError if several did.
   */
  emit<Name extends WebsockEventName>(name: Name, payload: WebsockEvents[Name]): void {
    const handlers = this.#mitt.all.get(name) as WebsockHandler<Name>[] | undefined;
    if (handlers) emitToAll(handlers, payload, name);
  }

  #changed(): void {
    const handlers = this.#mitt.all.get('message') as WebsockHandler<'message'>[] | undefined;
    const isAlone = (handlers?.length ?? 0) < 2;
    this.emitMessage = isAlone ? (handlers?.[0] ?? ignore) : () => this.emit('message', undefined);
  }
}

/** Calls all handlers, then throws as `emit` does. */
function emitToAll<T>(handlers: readonly ((payload: T) => void)[], payload: T, name: string): void {
  let errors: unknown[] | undefined;
  // A copy: a handler may remove itself or others.
  for (const handler of handlers.slice()) {
    try {
      handler(payload);
    } catch (error) {
      (errors ??= []).push(error);
    }
  }
  if (errors) throw errors.length === 1 ? errors[0] : new AggregateError(errors, `on "${name}"`);
}
