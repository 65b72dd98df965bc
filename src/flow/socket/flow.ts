/** The option `flow` of a socket. */
import { refuseUnknown } from '../../known-options.js';
import type { Channel } from '../../transport/channel.js';
import type { FlowOption, FlowTools } from '../../transport/flow.js';
import type { DuplexChannel } from '../../transport/link.js';
import type { Transport } from '../../transport/transport.js';
import { FLOW_PROTOCOL, offerWith } from '../message.js';
import { dial } from './dial.js';
import { parseFrozen } from './frozen.js';
import { FlowTransport } from './transport.js';

/** The options of `flow()`. */
export interface FlowOptions {
  /** How many bytes from the peer may be in flight or unread, at least 65,536. Default: 1 MiB. */
  readonly window?: number | undefined;
  /** How many sent bytes are kept until the peer confirms them, at least 1 MiB, which is the default. */
  readonly replay?: number | undefined;
  /**
   * The delay before an attempt in ms, or false to give up. `attempt` is 1 for the first attempt after the loss,
   * `downtime` the ms since then. Default: 0 to 0.5 s, then 0.5 s doubling to 5 s, half of it random.
   */
  readonly retry?: ((attempt: number, downtime: number) => number | false) | undefined;
  /** After how many ms of silence the server is pinged. Default: 15,000. */
  readonly keepAlive?: number | undefined;
  /** Returns the URL for an attempt to resume, for single-use tickets. Default: that of `open()`. */
  readonly url?: ((attempt: number) => string | URL | Promise<string | URL>) | undefined;
  /** Whether this direction stays open when the peer's has ended. Default: false, so that it ends automatically. */
  readonly halfOpen?: boolean | undefined;
}

/**
 * Creates the option `flow` of a `Websock`: its stream has backpressure and half-close, and outlives its WebSocket. The server must
 * speak the protocol; with any other server the socket works as without the option.
 * @throws TypeError for an unknown option; RangeError when the socket opens, if a size is below its minimum
 * @example
 * const sock = new Websock({ flow: flow() });
 * sock.on('suspended', () => console.log('away'));
 * sock.on('resumed', ({ downtime }) => console.log(`back after ${downtime} ms`));
 * sock.open('wss://example.org/');
 */
export function flow(options: FlowOptions = {}): FlowOption {
  refuseUnknown(options, { window: 1, replay: 1, retry: 1, keepAlive: 1, url: 1, halfOpen: 1 });
  return {
    open(url: string, protocols: readonly string[], tools: FlowTools): Transport {
      const offered = offerWith(protocols);
      const socket = dial(url, offered, tools);
      return new FlowTransport({ url: socket.url ?? url, socket, offered }, options, tools);
    },
    attach(channel: Channel | DuplexChannel, tools: FlowTools): Transport | undefined {
      if ('opened' in channel && !('readable' in channel)) {
        throw new TypeError('Cannot use a WebSocketStream with flow: attach a WebSocket');
      }
      // A pair of streams has neither `readyState` nor `protocol`.
      const socket = channel as Channel & { readonly url?: string };
      const isConnecting = socket.readyState === 0 || socket.readyState === 'connecting';
      if (!isConnecting && socket.protocol !== FLOW_PROTOCOL) return undefined;
      const { url = '' } = socket;
      // Without an address there is nowhere to resume: the session ends with its data channel.
      const settings = url || options.url ? options : { ...options, retry: () => false as const };
      return new FlowTransport({ url, socket, offered: [] }, settings, tools);
    },
    thaw(text: string, tools: FlowTools) {
      return new FlowTransport(parseFrozen(text), options, tools);
    },
  };
}
