/** The interface between a socket and its option `flow`: types only, so that the protocol is loaded only by those who use it. */
import type { Channel } from './channel.js';
import type { DuplexChannel } from './link.js';
import type { TextRule } from './message.js';
import type { Transport } from './transport.js';

/** What a transport over several channels needs from the socket. */
export interface FlowTools {
  /** The options of the socket that matter here: its limit of unread bytes, its treatment of text, and what opens WebSockets. */
  readonly options: {
    readonly receiveLimit: number;
    readonly text: TextRule;
    readonly WebSocket?:
      (new (url: string | URL, protocols?: string | string[]) => object) | undefined;
  };
  /** The class of the transport over one channel. */
  readonly Plain: new (channel: object, text: TextRule, offered?: readonly string[]) => Transport;
}

/** The option `flow`, as created by `flow()` of `websock-client/flow`. */
export interface FlowOption {
  /** Opens a WebSocket and begins a session over it. */
  open(url: string, protocols: readonly string[], tools: FlowTools): Transport;
  /**
   * Begins a session over a channel; undefined for one that has opened with another subprotocol, and for a pair of streams.
   * @throws TypeError for a WebSocketStream
   */
  attach(channel: Channel | DuplexChannel, tools: FlowTools): Transport | undefined;
  /** Continues the session whose state `freeze()` has returned. */
  thaw(state: string, tools: FlowTools): Transport;
}
