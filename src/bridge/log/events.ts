/**
 * The events of connections, as records and as log lines. No event contains a whole URL, since URLs can hold tokens.
 */
import type { RefusalKind } from '../base/refusal.js';
import { type ErrorFacts, quote } from '../base/text.js';

/**
 * One event. `host` and `origin` are what the client sent, truncated, or `(hidden)` if they may be tokens; durations are in ms.
 */
export type BridgeEvent = {
  /** When it happened, in ISO 8601. */
  readonly time: string;
} & (Refused | Answered | Left | Opened | Suspended | Resumed | Expired | Closed | Failed);

/** A connection (id 0) or an upgrade was refused. */
export interface Refused {
  readonly event: 'refused';
  readonly id: number;
  readonly peer: string;
  readonly host: string;
  readonly origin: string;
  readonly status: number;
  readonly reason: string;
  /** The kind of reason, from a short fixed list. */
  readonly kind: RefusalKind;
  /** The exception, if one was the reason. */
  readonly error?: ErrorFacts;
}

/** A plain HTTP request was answered. */
export interface Answered {
  readonly event: 'answered';
  readonly peer: string;
  readonly method: string;
  /** Without its query, and `(hidden)` where the target depends on the request: either may hold a token. */
  readonly path: string;
  readonly status: number;
  /** Whether the whole answer was sent. */
  readonly whole: boolean;
  readonly duration: number;
}

/** A client left before it got an answer. */
export interface Left {
  readonly event: 'left';
  readonly id: number;
  readonly peer: string;
}

/** A client was connected to its target. */
export interface Opened {
  readonly event: 'opened';
  readonly id: number;
  readonly peer: string;
  readonly target: string;
  /** How long it took to connect to the target. */
  readonly dialTime: number;
  /** How long the client waited for its answer: authentication, finding the target, and `dialTime`. */
  readonly handshakeTime: number;
}

/** A session of the flow protocol has lost its WebSocket, which closed with `code`, and is waiting for its client. */
export interface Suspended {
  readonly event: 'suspended';
  readonly id: number;
  readonly code: number;
}

/** The client of a suspended session came back, after `downtime` ms. */
export interface Resumed {
  readonly event: 'resumed';
  readonly id: number;
  readonly peer: string;
  readonly downtime: number;
}

/** A suspended session was given up: its client did not come back in time, or its place was needed. `closed` follows. */
export interface Expired {
  readonly event: 'expired';
  readonly id: number;
  readonly why: string;
}

/** A session is over. */
export interface Closed {
  readonly event: 'closed';
  readonly id: number;
  readonly code: number;
  readonly why: string;
  /** Bytes carried to the target and to the client. */
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly duration: number;
  /** How long the client waited for the target to accept more, and the target for the client. */
  readonly stalledUp: number;
  readonly stalledDown: number;
}

/** Something went wrong outside any session. */
export interface Failed {
  readonly event: 'error';
  readonly reason: string;
  /** The exception, if one was the reason. */
  readonly error?: ErrorFacts;
}

/** Formats an event as one line of text. */
export function formatEvent(event: BridgeEvent): string {
  switch (event.event) {
    case 'refused': {
      const said = `Host ${quote(event.host)}, Origin ${quote(event.origin)}`;
      return `#${event.id} refused: ${event.peer}, ${said}, ${event.status}, ${event.reason}${inWords(event.error)}`;
    }
    case 'answered': {
      const { peer, method, path, status, duration, whole } = event;
      return `answered: ${peer}, ${method} ${path}, ${status}${whole ? '' : ', cut off'}, ${duration} ms`;
    }
    case 'left':
      return `#${event.id} left: ${event.peer}, before it was answered`;
    case 'opened':
      return `#${event.id} opened: ${event.peer} to ${event.target}`;
    case 'suspended':
      return `#${event.id} suspended: ${event.code}`;
    case 'resumed':
      return `#${event.id} resumed: ${event.peer}, after ${event.downtime} ms`;
    case 'expired':
      return `#${event.id} expired: ${event.why}`;
    case 'closed': {
      const { stalledUp, stalledDown } = event;
      const stalled =
        stalledUp + stalledDown > 0 ? `, stalled ${stalledUp} ms up, ${stalledDown} ms down` : '';
      return `#${event.id} closed: ${event.code}, ${event.why}, ${event.bytesUp} bytes up, ${event.bytesDown} down, ${event.duration} ms${stalled}`;
    }
    case 'error':
      return `error: ${event.reason}${inWords(event.error)}`;
  }
}

function inWords({ name, code }: ErrorFacts = {}): string {
  const facts = [name === 'Error' ? undefined : name, code].filter((each) => each !== undefined);
  return facts.length > 0 ? ` (${facts.join(', ')})` : '';
}

/** Formats an event as one line of JSON, in ASCII. */
export function formatJson(event: BridgeEvent): string {
  return JSON.stringify(event).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
