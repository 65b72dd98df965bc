/**
 * Checked by the compiler alone (`npm run types`): each thing that must type-check beside one that must not.
 */
import { expectTypeOf } from 'vitest';
import DefaultWebsock, {
  ReceiveQueue,
  Websock,
  type CloseInfo,
  type WebsockError,
  type WebsockOptions,
  type WebsockState,
} from 'websock-client';

const options = (given: WebsockOptions): WebsockOptions => given;

const sock = new Websock({ receiveLimit: 1024, text: 'error', WebSocket: globalThis.WebSocket });
// @ts-expect-error -- not a text policy
options({ text: 'latin1' });
// @ts-expect-error -- a misspelt option
options({ recieveLimit: 1024 });
// @ts-expect-error -- sizes are numbers
options({ sendLimit: '1 MiB' });
// @ts-expect-error -- a class, not a URL
options({ WebSocket: 'ws://x/' });

sock.open('wss://example.org/', ['binary'] as const);
sock.open(new URL('wss://example.org/'), 'binary');
// @ts-expect-error -- protocols are names
sock.open('wss://example.org/', [1]);

declare const dataChannel: RTCDataChannel;
sock.attach(new WebSocket('wss://example.org/'));
sock.attach(dataChannel);
// @ts-expect-error -- not a channel
sock.attach(new Blob([]));

expectTypeOf(sock.on('message', () => {})).toEqualTypeOf<() => void>();
sock.on('open', (event) => expectTypeOf(event).toEqualTypeOf<Event | undefined>());
sock.on('message', (payload) => expectTypeOf(payload).toEqualTypeOf<undefined>());
sock.on('close', (info) => expectTypeOf(info).toEqualTypeOf<CloseInfo>());
sock.on('error', (error) => expectTypeOf(error).toEqualTypeOf<WebsockError>());
// @ts-expect-error -- not an event
sock.on('data', () => {});
// @ts-expect-error -- a close has no data
sock.on('close', ({ data }) => data);

expectTypeOf(sock.readyState).toEqualTypeOf<WebsockState>();
// @ts-expect-error -- the state is read only
sock.readyState = 'open';
// @ts-expect-error -- and so are the counters
sock.bytesSent = 0;
// @ts-expect-error -- a state that there is not
if (sock.readyState === 'opened') sock.close();

expectTypeOf(sock.rQshiftBytes(2, false)).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
// @ts-expect-error -- a length is not optional
sock.rQshiftBytes();
// @ts-expect-error -- on the socket, copy is a plain flag
sock.rQshiftBytes(2, { copy: false });
expectTypeOf(new ReceiveQueue().readBytes(2, { copy: false })).toEqualTypeOf<
  Uint8Array<ArrayBuffer>
>();
// @ts-expect-error -- on the queue, copy is an option
new ReceiveQueue().readBytes(2, false);
expectTypeOf(sock.tryRead(() => sock.rQshift8())).toEqualTypeOf<number | undefined>();

expectTypeOf(sock.send(new Uint8Array(2))).toEqualTypeOf<boolean>();
sock.send(new ArrayBuffer(2));
// @ts-expect-error -- text has a call of its own
sock.send('text');
// @ts-expect-error -- sQpushString takes text
sock.sQpushString(new Uint8Array(2));

expectTypeOf(sock.opened).toEqualTypeOf<Promise<void>>();
expectTypeOf(sock.closed).toEqualTypeOf<Promise<CloseInfo>>();
expectTypeOf(sock[Symbol.dispose]).toEqualTypeOf<() => void>();
expectTypeOf(sock[Symbol.asyncDispose]).toEqualTypeOf<() => Promise<void>>();
// @ts-expect-error -- a socket is iterated as it arrives
sock[Symbol.iterator]();
expectTypeOf(DefaultWebsock).toEqualTypeOf<typeof Websock>();

// The script tag's global.
expectTypeOf<typeof globalThis.Websock.ReceiveQueue>().toEqualTypeOf<typeof ReceiveQueue>();
// @ts-expect-error -- the default export is the class itself
export const none = globalThis.Websock.default;
