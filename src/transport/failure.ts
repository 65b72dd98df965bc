/** The error of a failed channel, with a message for readers of a log. */
import { WebsockError, withCause } from '../errors.js';

/** What is known about the channel. */
interface Failed {
  /** Whether it was ever open: at the time of the error, its state is `closed` either way. */
  readonly wasOpen: boolean;
  /** Its URL or label; empty when it has none. */
  readonly name: string;
  /** The subprotocols that were offered, if known. */
  readonly offered: readonly string[];
}

/** @param cause the native event or exception, whose text ends the message */
export function channelError({ wasOpen, name, offered }: Failed, cause: unknown): WebsockError {
  const channel = withoutSecrets(name) || 'the channel';
  const noun = offered.length > 1 ? 'subprotocols' : 'subprotocol';
  const offer = offered.length > 0 ? ` with the ${noun} ${offered.join(', ')}` : '';
  const message = wasOpen
    ? `The connection to ${channel} failed`
    : `Cannot open ${channel}${offer}`;
  return new WebsockError('ERR_CHANNEL', withCause(message, cause), { cause });
}

/** A URL without what must not get into a log: user name, password, query and fragment. */
export function withoutSecrets(url: string | URL): string {
  return String(url)
    .replace(/[?#].*/s, '')
    .replace(/\/\/[^/]*@/, '//');
}
