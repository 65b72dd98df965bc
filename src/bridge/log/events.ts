/**
 * The events of connections, as records and as lines of a log. No event contains a URL, since URLs can hold tokens.
 */
import { quote } from '../base/text.js';

/** One event. `host` and `origin` are as the client sent them, truncated; times are in ms. */
export type BridgeEvent = {
  /** When, as ISO 8601. */
  readonly time: string;
} & (Refused | Left | Opened | Closed | Failed);

/** A connection (id 0) or an upgrade was refused. */
export interface Refused {
  readonly event: 'refused';
  readonly id: number;
  readonly peer: string;
  readonly host: string;
  readonly origin: string;
  readonly status: number;
  readonly reason: string;
}

/** A client left before it was answered. */
export interface Left {
  readonly event: 'left';
  readonly id: number;
  readonly peer: string;
}

/** A WebSocket was joined to its target. */
export interface Opened {
  readonly event: 'opened';
  readonly id: number;
  readonly peer: string;
  readonly target: string;
}

/** A session is over. */
export interface Closed {
  readonly event: 'closed';
  readonly id: number;
  readonly code: number;
  readonly why: string;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly duration: number;
  /** How long the client waited for the target to accept more, and vice versa. */
  readonly stalledUp: number;
  readonly stalledDown: number;
}

/** Something went wrong outside any session. */
export interface Failed {
  readonly event: 'error';
  readonly reason: string;
}

/** An event as one line for people. */
export function formatEvent(event: BridgeEvent): string {
  switch (event.event) {
    case 'refused': {
      const said = `Host ${quote(event.host)}, Origin ${quote(event.origin)}`;
      return `#${event.id} refused: ${event.peer}, ${said}, ${event.status}, ${event.reason}`;
    }
    case 'left':
      return `#${event.id} left: ${event.peer}, before it was answered`;
    case 'opened':
      return `#${event.id} opened: ${event.peer} to ${event.target}`;
    case 'closed': {
      const { stalledUp, stalledDown } = event;
      const stalled =
        stalledUp + stalledDown > 0 ? `, stalled ${stalledUp} ms up, ${stalledDown} ms down` : '';
      return `#${event.id} closed: ${event.code}, ${event.why}, ${event.bytesUp} bytes up, ${event.bytesDown} down, ${event.duration} ms${stalled}`;
    }
    case 'error':
      return `error: ${event.reason}`;
  }
}

/** An event as one line of JSON, in ASCII. */
export function formatJson(event: BridgeEvent): string {
  return JSON.stringify(event).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
