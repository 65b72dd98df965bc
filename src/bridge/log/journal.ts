/**
 * Writes down what happens: stamps events, makes text from elsewhere fit for a log, and hides what may be a token.
 */
import { type BridgeEvent, formatEvent } from './events.js';
import { ascii, factsOf, plainMessageOf, quote } from '../base/text.js';
import { kindOf, type Refusal } from '../base/refusal.js';
import type { HeaderFields, RequestHead } from '../base/request.js';

/** The options of a journal. */
export interface JournalOptions {
  /** Takes each event and its line; undefined when nobody reads the log. */
  readonly log: ((line: string, event: BridgeEvent) => void) | undefined;
  /** Whether the target depends on the request: then the host that a client calls may be a secret. */
  readonly asksForTarget: boolean;
}

/** An event before it is stamped. */
type EventBody = BridgeEvent extends infer Event
  ? Event extends BridgeEvent
    ? Omit<Event, 'time'>
    : never
  : never;

/** How a plain request was answered. */
export interface Answer {
  readonly status: number;
  /** Whether all of it was sent. */
  readonly whole: boolean;
  /** How long it took, in ms. */
  readonly duration: number;
}

/** What is written down of a text: one character more than is shown, so the line tells that there was more. */
const SHOWN = 201;

/** The log of one bridge. */
export class Journal {
  readonly #options: JournalOptions;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Writes an event down. Its texts must be fit for a log; it is only made if somebody reads it. */
  write(makeEvent: () => EventBody): void {
    const { log } = this.#options;
    if (!log) return;
    const event = { time: new Date().toISOString(), ...makeEvent() } as BridgeEvent;
    log(formatEvent(event), event);
  }

  /** Something went wrong outside any session: what was thrown, or a text. */
  failed(error: unknown): void {
    const isText = typeof error === 'string';
    this.write(() => ({
      event: 'error',
      reason: printable(isText ? error : plainMessageOf(error)),
      ...(!isText && { error: factsOf(error) }),
    }));
  }

  /** A plain request was answered. */
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

  /** A connection (id 0) or an upgrade was refused. */
  refused(id: number, peer: string, fields: HeaderFields | undefined, refusal: Refusal): void {
    const { status, message, detail = message, cause } = refusal;
    this.write(() => {
      const host = fields?.all('host')[0] ?? '';
      const origin = fields?.all('origin').join(', ') ?? '';
      // With tokens about, the host may be one.
      const hidden = this.#options.asksForTarget;
      const isOwn = host !== '' && origin.toLowerCase().includes(host.toLowerCase());
      const said = {
        host: hidden ? '(hidden)' : host.slice(0, SHOWN),
        origin: hidden && isOwn ? '(hidden)' : origin.slice(0, SHOWN),
      };
      // A user's function may have put what a client sent into it.
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

/** Text from elsewhere, fit for a log. */
export function printable(text: string): string {
  return quote(text).replace(/^"(.*)"(\.\.\.)?$/, '$1$2');
}
