/**
 * The options: what each accepts, next to what it rejects.
 */
import { expectTypeOf } from 'vitest';
import { Websock, type FlowOption, type WebSocketClass, type WebsockOptions } from 'websock-client';
import { flow } from 'websock-client/flow';
import { WebSocket as NodeWebSocket } from 'ws';

const options = (given: WebsockOptions): WebsockOptions => given;

expectTypeOf<WebsockOptions>().toEqualTypeOf<{
  receiveLimit?: number | undefined;
  receiveHighWaterMark?: number | undefined;
  sendBufferSize?: number | undefined;
  sendLimit?: number | undefined;
  sendHighWaterMark?: number | undefined;
  maxMessageSize?: number | undefined;
  text?: 'utf8' | 'error' | undefined;
  transport?: 'websocket' | 'auto' | undefined;
  openTimeout?: number | undefined;
  idleTimeout?: number | undefined;
  WebSocket?: WebSocketClass | undefined;
  flow?: FlowOption | undefined;
}>();
expectTypeOf<ConstructorParameters<typeof Websock>>().toEqualTypeOf<[options?: WebsockOptions]>();

options({});
options({ receiveLimit: Infinity, text: undefined });
// @ts-expect-error -- a misspelt option
options({ recieveLimit: 1024 });
// @ts-expect-error -- not an option, though other APIs call it that
void new Websock({ highWaterMark: 1024 });
// @ts-expect-error -- options, not a URL
void new Websock('wss://example.org/');

options({ flow: flow({ halfOpen: true }) });
// @ts-expect-error -- the result of flow(), not its options
options({ flow: { halfOpen: true } });
// @ts-expect-error -- not an option of flow()
flow({ halfOpened: true });
options({ receiveLimit: 1 });
// @ts-expect-error -- sizes are numbers
options({ receiveLimit: '1 MiB' });
options({ receiveHighWaterMark: 1 });
// @ts-expect-error -- sizes are numbers
options({ receiveHighWaterMark: 1n });
options({ sendBufferSize: 1 });
// @ts-expect-error -- undefined means not given; null is not allowed
options({ sendBufferSize: null });
options({ sendLimit: 1 });
// @ts-expect-error -- sizes are numbers
options({ sendLimit: '1' });
options({ sendHighWaterMark: 1 });
// @ts-expect-error -- sizes are numbers
options({ sendHighWaterMark: {} });
options({ maxMessageSize: 1 });
// @ts-expect-error -- sizes are numbers
options({ maxMessageSize: true });
options({ text: 'error' });
// @ts-expect-error -- not a rule for text
options({ text: 'latin1' });
options({ transport: 'auto' });
// @ts-expect-error -- not a transport
options({ transport: 'webtransport' });
options({ openTimeout: 1 });
// @ts-expect-error -- times are numbers
options({ openTimeout: '1 s' });
options({ idleTimeout: 1 });
// @ts-expect-error -- times are numbers
options({ idleTimeout: false });

options({ WebSocket });
options({ WebSocket: NodeWebSocket });
// @ts-expect-error -- a class, not a URL
options({ WebSocket: 'ws://x/' });
// @ts-expect-error -- nor a socket
options({ WebSocket: new WebSocket('wss://example.org/') });
// @ts-expect-error -- nor another class
options({ WebSocket: RTCPeerConnection });
