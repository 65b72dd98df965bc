/** What to say about a connection that ended or never opened: what happened, and what to do. */
import { texts } from './texts.js';

export interface Ending {
  readonly url: string;
  /** Whether it had opened. */
  readonly opened: boolean;
  /** The code of the error before the end, if any: the user must learn if it means that output was lost. */
  readonly error: string | undefined;
  /** Whether the user asked for the end. */
  readonly closedHere: boolean;
  /** How many characters were typed or pasted and not sent. */
  readonly unsent: number;
  /** The close code and reason (RFC 6455 section 7.4). */
  readonly code: number;
  readonly reason: string;
}

/** Whether nobody wanted the end, and another try may help. */
export function isLost({ closedHere, error, code }: Ending): boolean {
  const isHere = closedHere || error === 'ERR_RECEIVE_OVERFLOW' || error === 'ERR_INFLATE';
  return !isHere && code !== 1000;
}

export function describeEnd(ending: Ending): string {
  const { error, unsent, closedHere } = ending;
  const sentences = [cause(ending)];
  if (error === 'ERR_TRUNCATED' && !closedHere) sentences.push(texts.truncated);
  if (unsent > 0) sentences.push(texts.unsent(unsent));
  return sentences.join(' ');
}

function cause({ url, opened, error, closedHere, code, reason }: Ending): string {
  if (closedHere) return opened ? texts.closedHere : texts.cancelled;
  if (error === 'ERR_RECEIVE_OVERFLOW') return texts.overflow;
  if (error === 'ERR_INFLATE') return texts.notCompressed;
  // The browser does not tell a page why, so that pages can't spy on a network.
  if (!opened) {
    const here = URL.canParse(url) && new URL(url).host === location.host;
    return texts.noConnection(url, here ? undefined : location.origin);
  }
  if (error === 'ERR_RESUME') return texts.notResumed;
  switch (code) {
    case 1000:
      return texts.serverClosed;
    case 1001:
      return texts.goingAway;
    case 1006:
      return reason ? texts.ended(reason) : texts.lost;
    case 1011:
      return texts.serverLost(reason);
    default:
      return texts.closedWith(code, reason);
  }
}

/** Describes the exception of `new WebSocket()`, with which the browser refuses even to try. */
export function describeRefusal(url: string, error: Error): string {
  return error.name === 'SecurityError' ? texts.insecure : texts.noAddress(url);
}
