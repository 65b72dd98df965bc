/** What a socket and its option `flow` have to do with each other: types only, so that the protocol is loaded by who uses it. */
import type { Channel } from './channel.js';
import type { Transport } from './transport.js';

/** What a transport over several channels needs of the socket. */
export interface FlowTools {
  /** How many bytes the socket holds unread at most. */
  readonly receiveLimit: number;
  /** Opens a WebSocket. */
  dial(url: string, protocols: string[]): Channel & { readonly url?: string };
  /** The transport over one channel. */
  plain(channel: Channel, offered: readonly string[]): Transport;
}

/** The option `flow`, as `flow()` of `websock-client/flow` makes it. */
export interface FlowOption {
  open(url: string, protocols: readonly string[], tools: FlowTools): Transport;
  /** Undefined for a channel that has opened with another subprotocol. */
  attach(channel: Channel, tools: FlowTools): Transport | undefined;
  thaw(
    state: string,
    tools: FlowTools,
  ): {
    readonly transport: Transport;
    readonly unread: Uint8Array<ArrayBuffer>;
    readonly unsent: Uint8Array<ArrayBuffer>;
  };
}
