/**
 * What can be opened and attached, and the read-only state.
 */
import { Duplex } from 'node:stream';
import { expectTypeOf } from 'vitest';
import DefaultWebsock, {
  type Channel,
  type CloseInfo,
  type DuplexChannel,
  Websock,
  type WebsockState,
} from 'websock-client';
import { WebSocket as NodeWebSocket } from 'ws';

declare const sock: Websock;
expectTypeOf(DefaultWebsock).toEqualTypeOf<typeof Websock>();

// ---- open ----

const protocols = ['binary', 'base64'] as const;
declare const names: readonly string[];
sock.open('wss://example.org/');
sock.open(new URL('wss://example.org/'), 'binary');
sock.open('wss://example.org/', ['binary']);
sock.open('wss://example.org/', ['binary'] as const);
sock.open('wss://example.org/', protocols);
sock.open('wss://example.org/', protocols[0]);
sock.open('wss://example.org/', names);
expectTypeOf(sock.open('wss://example.org/')).toEqualTypeOf<void>();
// @ts-expect-error -- the URL is missing
sock.open();
// @ts-expect-error -- protocols are names
sock.open('wss://example.org/', [1]);
// @ts-expect-error -- also as literals
sock.open('wss://example.org/', ['binary', 1] as const);
// @ts-expect-error -- not in an options object
sock.open('wss://example.org/', { protocols: ['binary'] });

// ---- tap ----

sock.tap = (direction, bytes) => {
  expectTypeOf(direction).toEqualTypeOf<'received' | 'sent'>();
  expectTypeOf(bytes).toEqualTypeOf<Uint8Array>();
};
sock.tap = undefined;
// @ts-expect-error -- a function
sock.tap = { received: () => {} };
expectTypeOf(sock.options.receiveLimit).toEqualTypeOf<number>();
// @ts-expect-error -- only the constructor sets them
sock.options = {};

// ---- attach ----

declare const dataChannel: RTCDataChannel;
declare const transport: WebTransportBidirectionalStream;
declare const webSocketStream: DuplexChannel & { opened: unknown };
declare const message: MessageChannel;
declare const half: { readable: ReadableStream };
const bytes = new TransformStream<Uint8Array, Uint8Array>();
sock.attach(new WebSocket('wss://example.org/'));
sock.attach(new NodeWebSocket('wss://example.org/', { headers: { Cookie: 'a=b' } }));
sock.attach(dataChannel);
sock.attach(transport);
sock.attach(webSocketStream);
sock.attach(bytes);
sock.attach({ readable: bytes.readable, writable: bytes.writable });
sock.attach(Duplex.toWeb(new Duplex()));
expectTypeOf<WebSocket>().toExtend<Channel>();
expectTypeOf<RTCDataChannel>().toExtend<Channel>();
// @ts-expect-error -- a channel, not its address
sock.attach('wss://example.org/');
// @ts-expect-error -- not a channel
sock.attach(new Blob([]));
// @ts-expect-error -- a port has no states
sock.attach(message.port1);
// @ts-expect-error -- the writable stream is missing
sock.attach(half);
// @ts-expect-error -- a class, not a channel
sock.attach(WebSocket);

// ---- close ----

sock.close();
sock.close(1000, 'done');
// @ts-expect-error -- the code comes first
sock.close('done');
expectTypeOf(sock.dispose()).toEqualTypeOf<void>();
expectTypeOf(sock.opened).toEqualTypeOf<Promise<void>>();
expectTypeOf(sock.closed).toEqualTypeOf<Promise<CloseInfo>>();
expectTypeOf(sock[Symbol.dispose]).toEqualTypeOf<() => void>();
expectTypeOf(sock[Symbol.asyncDispose]).toEqualTypeOf<() => PromiseLike<void>>();

// ---- state ----

expectTypeOf(sock.readyState).toEqualTypeOf<WebsockState>();
expectTypeOf<WebsockState>().toEqualTypeOf<
  'unused' | 'connecting' | 'open' | 'closing' | 'closed' | 'unknown'
>();
// @ts-expect-error -- no such state
if (sock.readyState === 'opened') sock.close();
// @ts-expect-error -- states are words, not the numbers of a WebSocket
if (sock.readyState === 1) sock.close();

expectTypeOf(sock.url).toEqualTypeOf<string>();
expectTypeOf(sock.protocol).toEqualTypeOf<string>();
expectTypeOf(sock.bytesReceived).toEqualTypeOf<number>();
expectTypeOf(sock.bytesSent).toEqualTypeOf<number>();
expectTypeOf(sock.bufferedAmount).toEqualTypeOf<number>();
expectTypeOf(sock.backpressure).toEqualTypeOf<'transport' | 'none'>();

// Each value has the right type: the only error is that the property is read only.
// @ts-expect-error -- read only
sock.readyState = 'open';
// @ts-expect-error -- read only
sock.url = 'wss://example.org/';
// @ts-expect-error -- read only
sock.protocol = 'binary';
// @ts-expect-error -- read only
sock.bytesReceived = 0;
// @ts-expect-error -- read only
sock.bytesSent = 0;
// @ts-expect-error -- read only
sock.bufferedAmount = 0;
// @ts-expect-error -- read only
sock.backpressure = 'none';
// @ts-expect-error -- read only
sock.opened = Promise.resolve();
// @ts-expect-error -- read only
sock.closed = Promise.resolve({ code: 1000, reason: '', wasClean: true });
// @ts-expect-error -- read only
sock.readable = new ReadableStream<Uint8Array<ArrayBuffer>>();
// @ts-expect-error -- read only
sock.writable = new WritableStream<ArrayBuffer | ArrayBufferView>();
