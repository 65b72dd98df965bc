/** The errors of a channel that failed, in words for whoever reads a log. */
import { WebsockError, withCause } from '../errors.js';
import type { TransportState } from './transport.js';

/** What is known of the channel. */
interface Failed {
  readonly state: TransportState;
  /** Its URL or label; empty when it has none. */
  readonly name: string;
  /** The subprotocols that were offered, as far as that is known. */
  readonly offered: readonly string[];
}

/** @param cause the native event or exception, whose text ends the message */
export function channelError({ state, name, offered }: Failed, cause: unknown): WebsockError {
  const channel = name || 'the channel';
  const noun = offered.length > 1 ? 'subprotocols' : 'subprotocol';
  const offer = offered.length > 0 ? ` with the ${noun} ${offered.join(', ')}` : '';
  const message =
    state === 'connecting'
      ? `Cannot open ${channel}${offer}`
      : `The connection to ${channel} failed`;
  return new WebsockError('ERR_CHANNEL', withCause(message, cause), { cause });
}
