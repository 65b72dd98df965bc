/**
 * The control messages: JSON objects in text messages, distinguished by the member that names them. Everything from
 * the peer passes through {@link parseMessage}, which checks it and drops unknown members.
 */

/** The subprotocol that a client offers for a new session. */
export const FLOW_PROTOCOL = 'v1.flow.websock';

/**
 * The subprotocols that a flow client offers. The application's own, or `binary`, come first: some servers look only at the
 * first name (websockify), or agree to it unseen.
 */
export const offerWith = (protocols: readonly string[]): string[] => [
  ...(protocols.length > 0 ? protocols : ['binary']),
  FLOW_PROTOCOL,
];
/** The subprotocol that a client offers, alone, to resume a session. */
export const RESUME_PROTOCOL = 'v1.resume.flow.websock';

/** The most bytes in a control message. */
export const CONTROL_MAX = 1024;
/** The most bytes in a binary message: a browser delivers a message only when it is complete. */
export const MESSAGE_MAX = 65_536;

/** A server's first message on a new WebSocket: the session's name, and how long it waits for a lost client (ms). */
export interface SessionMessage {
  readonly session: string;
  readonly linger: number;
  readonly limit: number;
  /** What a load balancer needs to find this server again. */
  readonly route?: string | undefined;
}

/** How much of a direction its receiver has, and how much more it accepts. */
export interface Confirmation {
  /** All bytes before this offset have arrived. */
  readonly received: number;
  /** The peer may send up to this offset. */
  readonly limit: number;
  /** The `end` has arrived as well. */
  readonly ended?: boolean | undefined;
  /** That `end` said `leave`. */
  readonly left?: boolean | undefined;
}

/** A client's first message on a WebSocket that resumes a session. */
export interface ResumeMessage extends Confirmation {
  readonly resume: string;
  /** The number of this attempt, counted over the client's whole life. */
  readonly try: number;
  /** The random name of this client object. */
  readonly by: string;
  /** The names of earlier objects, whose frozen state this one continues, that may have resumed last. */
  readonly of?: readonly string[] | undefined;
}

/** The sender's direction ends at the offset `end`. `leave`: the sender reads nothing more either. */
export interface EndMessage {
  readonly end: number;
  readonly leave?: boolean | undefined;
}

/** Any control message. */
export type Message =
  | SessionMessage
  | ResumeMessage
  | Confirmation
  | EndMessage
  | { readonly reset: string }
  | { readonly ping: number }
  | { readonly pong: number };

/** Whether a message is a `resume`, which has all the members of a `received`. */
export const isResume = (message: Message): message is ResumeMessage => 'resume' in message;

type Test = (value: unknown) => boolean;

const isOffset: Test = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isText: Test = (value) => typeof value === 'string';
const isFlag: Test = (value) => typeof value === 'boolean';
/** Random bits in base64url; the name of a session has at least 128. */
const isName: Test = (value) => isText(value) && /^[\w-]{1,128}$/.test(value as string);
const isSession: Test = (value) => isName(value) && (value as string).length >= 22;
const isNames: Test = (value) => Array.isArray(value) && value.every(isName);
const orNothing =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);

type Member = readonly [name: string, test: Test];

const RECEIVED: readonly Member[] = [
  ['received', isOffset],
  ['limit', isOffset],
  ['ended', orNothing(isFlag)],
  ['left', orNothing(isFlag)],
];

/** The members of each kind of message. A row's first member names the kind; the first matching row counts. */
const KINDS: readonly (readonly Member[])[] = [
  [
    ['session', isSession],
    ['linger', isOffset],
    ['limit', isOffset],
    ['route', orNothing(isText)],
  ],
  [
    ['resume', isSession],
    ['try', isOffset],
    ['by', isName],
    ['of', orNothing(isNames)],
    ...RECEIVED,
  ],
  RECEIVED,
  [
    ['end', isOffset],
    ['leave', orNothing(isFlag)],
  ],
  [['reset', isText]],
  [['ping', isOffset]],
  [['pong', isOffset]],
];

/**
 * Reads a control message.
 * @returns undefined for an object without any known member, which must be ignored; null for an invalid message:
 *   over 1,024 bytes, not one JSON object, a member missing or outside its range
 */
export function parseMessage(text: string): Message | undefined | null {
  // The length in code units comes first, so that an overlong message costs nothing.
  if (text.length > CONTROL_MAX || byteLength(text) > CONTROL_MAX) return null;
  let given: Record<string, unknown>;
  try {
    given = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return null;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  const kind = KINDS.find(([[name]]) => given[name] !== undefined);
  if (!kind) return undefined;
  const message: Record<string, unknown> = {};
  for (const [name, test] of kind) {
    const { [name]: value } = given;
    if (!test(value)) return null;
    if (value !== undefined) message[name] = value;
  }
  return message as unknown as Message;
}

/**
 * Writes a control message.
 * @throws RangeError when it is over 1,024 bytes
 */
export function formatMessage(message: Message): string {
  const text = JSON.stringify(message);
  const length = byteLength(text);
  if (length > CONTROL_MAX) {
    throw new RangeError(
      `Cannot send a control message of ${length} bytes: at most ${CONTROL_MAX} are allowed`,
    );
  }
  return text;
}

/** The most code units of a reset's reason: each takes up to 6 bytes in JSON. */
const WHY_MAX = 160;

/** Writes a `reset`; a long reason is truncated. */
export const formatReset = (why: string): string => formatMessage({ reset: why.slice(0, WHY_MAX) });

/** 128 random bits in base64url: the name of a session or of a client object. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

const byteLength = (text: string): number => new TextEncoder().encode(text).length;
