/* eslint-disable no-underscore-dangle -- the names are those of noVNC's tests */
/**
 * Our compat class, with the private members through which noVNC's tests reach its channel, its handlers, and the path of a
 * message from one to the other. noVNC's buffers behind the queues have no counterpart here.
 */
import type { WebsockEventName, WebsockHandler } from '../../src/events.js';
import { Websock as Compat } from '../../src/compat/index.js';

type Channel = Parameters<Compat['attach']>[0];
type Receive = (event: never) => void;

/** The channel for tests that receive without attaching one. */
class SilentChannel {
  readonly readyState = 1;
  readonly protocol = '';
  binaryType = 'arraybuffer';
  onopen = null;
  onmessage = null;
  onerror = null;
  onclose = null;
  send(): void {}
  close(): void {}
}

export default class Websock extends Compat {
  /** The channel: tests deliver messages through it and inspect what was sent to it. */
  _websocket: { onmessage?: Receive | null } | null = null;
  /** The handlers: tests set them to spies and check the spies' calls. */
  readonly _eventHandlers: Partial<Record<WebsockEventName, unknown>> = {};
  #receive: Receive | undefined;

  constructor() {
    let opens = (_channel: WebSocket): void => {};
    super({
      // Looks up the global WebSocket each time, because tests replace it.
      WebSocket: class {
        constructor(url: string | URL, protocols?: string | string[]) {
          const channel = new globalThis.WebSocket(url, protocols);
          opens(channel);
          return channel;
        }
      } as unknown as typeof WebSocket,
    });
    opens = (channel) => (this._websocket = channel);
    this._eventHandlers = new Proxy(this._eventHandlers, {
      set: (handlers, name: WebsockEventName, handler) => {
        super.on(name, handler as () => void);
        return Reflect.set(handlers, name, handler);
      },
    });
  }

  override open(uri: string | URL, protocols?: string | readonly string[]): void {
    super.open(uri, protocols);
    this.#listen();
  }

  override attach(channel: Channel): void {
    super.attach(channel);
    this._websocket = channel as { onmessage: Receive };
    this.#listen();
  }

  override on<Name extends WebsockEventName>(
    event: Name,
    handler: WebsockHandler<Name>,
  ): () => void {
    this._eventHandlers[event] = handler;
    return () => this.off(event);
  }

  _allocateBuffers(): void {
    this.attach(new SilentChannel());
  }

  _recvMessage(event: never): void {
    this.#receive!.call(this._websocket, event);
  }

  /** Routes the channel's messages through the method that tests spy on. */
  #listen(): void {
    const channel = this._websocket!;
    this.#receive = channel.onmessage!;
    channel.onmessage = (event) => this._recvMessage(event);
  }
}
