/**
 * Tries all that a page can try, from the WebSocket itself to plain HTTP, and says what is in the way.
 */
import { FLOW_PROTOCOL, formatMessage, offerWith, parseMessage } from '../flow/message.js';
import { refuseUnknown } from '../known-options.js';
import { ask, type Answer } from './ask.js';
import type { Diagnosis } from './diagnosis.js';
import { type End, Knock, type Outcome, type WebSocketClass } from './knock.js';
import { sentenceFor } from './sentences.js';

/** The options of {@link diagnose}. */
export interface DiagnoseOptions {
  /** The subprotocols to offer. Default `['binary']`. */
  protocols?: string | readonly string[] | undefined;
  /** How long each answer may take, in ms. Default 5000. */
  timeout?: number | undefined;
  /**
   * How long to leave an open connection idle, in ms, to see whether it is cut. Default 0. Proxies often cut
   * after 60 s.
   */
  idle?: number | undefined;
  /** The class to use where there is no global WebSocket. */
  WebSocket?: (new (url: string, protocols: string[]) => unknown) | undefined;
}

/**
 * Finds out what keeps a WebSocket from working. It tries up to two WebSockets, one after the other, then HTTP if none
 * opens. A bridge connects each WebSocket that opens to its target.
 *
 * @throws RangeError for a `timeout` or `idle` that is not a number of ms, SyntaxError for subprotocols that can't be
 *   offered, TypeError for an unknown option
 *
 * @example
 * const { cause, message } = await diagnose('wss://bridge.example/websockify');
 */
export async function diagnose(url: string, options: DiagnoseOptions = {}): Promise<Diagnosis> {
  refuseUnknown(options, { protocols: 1, timeout: 1, idle: 1, WebSocket: 1 });
  const { timeout = 5000, idle = 0 } = options;
  requireTime('timeout', timeout);
  requireTime('idle', idle);
  const target = readUrl(url);
  const found = target ? await look(target, { ...options, timeout, idle }) : { cause: 'address' };
  const facts = { url: target ?? url, ...found } as Omit<Diagnosis, 'message'>;
  return { ...facts, message: sentenceFor(facts, globalThis.location?.origin ?? 'this origin') };
}

type Found = Omit<Diagnosis, 'message' | 'url'>;

async function look(
  url: string,
  options: DiagnoseOptions & { readonly timeout: number; readonly idle: number },
): Promise<Found> {
  const { timeout, idle, protocols = ['binary'] } = options;
  const Class = (options.WebSocket ?? globalThis.WebSocket) as WebSocketClass;
  const offered = [protocols].flat();
  const knock = (names: string[]): Knock => new Knock(Class, url, names, timeout);
  const first = knock(offered);
  const outcome = await first.outcome;
  if (outcome === 'opened') {
    return (
      (idle > 0 ? await watchIdle(first, idle) : undefined) ??
      (await talk(first, timeout)) ??
      (await tryFlow(knock, offered, timeout)) ?? { cause: 'none' }
    );
  }
  first.close();
  if (outcome === 'insecure') return { cause: 'mixed-content' };
  if (outcome === 'blocked') return { cause: 'policy' };
  if (outcome === 'failed' && offered.length > 0) {
    const bare = knock([]);
    const opens = (await bare.outcome) === 'opened';
    bare.close();
    if (opens) return { cause: 'subprotocol' };
  }
  return readAnswer(await ask(url, timeout), outcome);
}

/** What an answer by HTTP says about a WebSocket that did not open. */
function readAnswer({ from, status = 0, text = '', http }: Answer, outcome: Outcome): Found {
  const seen = { status, ...(http && { http }) };
  switch (from) {
    case 'bridge':
      return status === 200
        ? { cause: 'upgrade', ...seen }
        : { cause: 'refused', reason: text, ...seen };
    case 'server':
      return { cause: 'no-websocket', ...seen };
    case 'redirect':
      return { cause: 'redirected' };
    case 'hidden':
      return { cause: 'hidden' };
    case 'late':
      return { cause: 'silent' };
    case 'none':
      return { cause: outcome === 'late' ? 'silent' : 'unreachable' };
  }
}

/** Stays silent for a while, to see whether the connection is cut. */
async function watchIdle(knock: Knock, idle: number): Promise<Found | undefined> {
  const end = await within(idle, knock.ended);
  return end && readEnd(end);
}

/** Checks whether the server's answers arrive: every server answers a close frame, one with flow also a ping. */
async function talk(knock: Knock, timeout: number): Promise<Found | undefined> {
  if (knock.protocol === FLOW_PROTOCOL) {
    const answered = new Promise<true>((resolve) => {
      knock.listen((text) => {
        const message = parseMessage(text);
        if (!message) return;
        if ('session' in message) knock.send(formatMessage({ ping: 1 }));
        if ('pong' in message) resolve(true);
      });
    });
    const heard = await within(timeout, Promise.race([answered, knock.ended]));
    // Otherwise the session would wait for this client to come back.
    knock.send(formatMessage({ end: 0, leave: true }));
    if (heard !== true) {
      knock.close();
      return heard ? readEnd(heard) : { cause: 'buffering', after: timeout };
    }
  }
  knock.close();
  const end = await within(timeout, knock.ended);
  if (!end) return { cause: 'buffering', after: timeout };
  // A server's answer repeats the code of our close frame, or has none.
  return end.code === 1000 || end.code === 1005 ? undefined : readEnd(end);
}

/** Checks whether flow gets through, if the server speaks it. */
async function tryFlow(
  knock: (names: string[]) => Knock,
  offered: readonly string[],
  timeout: number,
): Promise<Found | undefined> {
  if (offered.includes(FLOW_PROTOCOL)) return undefined;
  const other = knock(offerWith(offered));
  const isFlow = (await other.outcome) === 'opened' && other.protocol === FLOW_PROTOCOL;
  if (isFlow) return talk(other, timeout);
  other.close();
  return undefined;
}

function readEnd({ code, reason, after }: End): Found {
  return code === 1006 ? { cause: 'cut', code, after } : { cause: 'closed', code, reason, after };
}

/** The URL in the form that WebSocket accepts; undefined if it is not that of a WebSocket. */
function readUrl(text: string): string | undefined {
  try {
    const url = new URL(text, globalThis.location?.href);
    url.protocol = url.protocol.replace(/^http/, 'ws');
    url.hash = '';
    return /^wss?:$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function requireTime(name: string, time: number): void {
  if (time >= 0 && time <= 2 ** 31 - 1) return;
  throw new RangeError(
    `Cannot diagnose with the ${name} ${time}: expected ms from 0 to 2147483647`,
  );
}

/** Resolves as the promise does, or with undefined after `ms`. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
