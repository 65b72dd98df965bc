/**
 * Logs events: stamps them, makes untrusted text safe for a log, and hides what may be a token.
 */
import { type BridgeEvent, formatEvent } from './events.js';
import { ascii, factsOf, plainMessageOf, quote } from '../base/text.js';
import { kindOf, type Refusal } from '../base/refusal.js';
import type { HeaderFields, RequestHead } from '../base/request.js';

/** The options of a journal. */
export interface JournalOptions {
  /** Takes each event and its line; undefined when nobody reads the log. */
  readonly log: ((line: string, event: BridgeEvent) => void) | undefined;
  /** Whether the target depends on the request. If so, the host that a client asks for may be a secret. */
  readonly asksForTarget: boolean;
}

/** An event without its time. */
type EventBody = BridgeEvent extends infer Event
  ? Event extends BridgeEvent
    ? Omit<Event, 'time'>
    : never
  : never;

/** How a plain request was answered. */
export interface Answer {
  readonly status: number;
  /** Whether the whole answer was sent. */
  readonly whole: boolean;
  /** How long it took, in ms. */
  readonly duration: number;
}

/** How many characters an event keeps of a text: one more than its line shows, so that the line can show that it was cut. */
const SHOWN = 201;

/** The log of one bridge. */
export class Journal {
  readonly #options: JournalOptions;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Logs an event. Its texts must be safe for a log. `makeEvent` is called only if somebody reads the log. */
  write(makeEvent: () => EventBody): void {
    const { log } = this.#options;
    if (!log) return;
    const event = { time: new Date().toISOString(), ...makeEvent() } as BridgeEvent;
    log(formatEvent(event), event);
  }

  /** Logs an error outside any session: an exception, or a text. */
  failed(error: unknown): void {
    const isText = typeof error === 'string';
    this.write(() => ({
      event: 'error',
      reason: printable(isText ? error : plainMessageOf(error)),
      ...(!isText && { error: factsOf(error) }),
    }));
  }

  /** Logs the answer to a plain request. */
  answered({ peer, method, path }: RequestHead, { status, whole, duration }: Answer): void {
    this.write(() => ({
      event: 'answered',
      peer: peer.name,
      method: printable(method),
      path: this.#options.asksForTarget ? '(hidden)' : printable(path.replace(/\?.*/s, '')),
      status,
      whole,
      duration: Math.round(duration),
    }));
  }

  /** Logs the refusal of a connection (id 0) or an upgrade. */
  refused(id: number, peer: string, fields: HeaderFields | undefined, refusal: Refusal): void {
    const { status, message, detail = message, cause } = refusal;
    this.write(() => {
      const host = fields?.all('host')[0] ?? '';
      const origin = fields?.all('origin').join(', ') ?? '';
      // If the target depends on the request, the host may be a token.
      const hidden = this.#options.asksForTarget;
      const isOwn = host !== '' && origin.toLowerCase().includes(host.toLowerCase());
      const said = {
        host: hidden ? '(hidden)' : host.slice(0, SHOWN),
        origin: hidden && isOwn ? '(hidden)' : origin.slice(0, SHOWN),
      };
      // A user's function may have put text from a client into it.
      const reason = ascii(detail);
      const error = cause === undefined ? {} : { error: factsOf(cause) };
      return {
        event: 'refused',
        id,
        peer,
        ...said,
        status,
        reason,
        kind: kindOf(refusal),
        ...error,
      };
    });
  }
}

/** Makes untrusted text safe for a log: printable ASCII on one line, cut at 200 characters. */
export function printable(text: string): string {
  return quote(text).replace(/^"(.*)"(\.\.\.)?$/, '$1$2');
}
