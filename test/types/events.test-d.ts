/**
 * Events. Only the compiler checks this file (`npm run types`), like all files here: what must type-check, next to what must not.
 */
import { expectTypeOf } from 'vitest';
import type {
  CloseInfo,
  ResumedInfo,
  SuspendedInfo,
  Websock,
  WebsockError,
  WebsockEventName,
  WebsockEvents,
  WebsockHandler,
} from 'websock-client';

declare const sock: Websock;

expectTypeOf<WebsockEventName>().toEqualTypeOf<
  'open' | 'message' | 'close' | 'error' | 'drain' | 'idle' | 'end' | 'suspended' | 'resumed'
>();
expectTypeOf<WebsockEvents>().toEqualTypeOf<{
  open: Event | undefined;
  message: undefined;
  close: CloseInfo;
  drain: undefined;
  idle: number;
  error: WebsockError;
  end: undefined;
  suspended: SuspendedInfo;
  resumed: ResumedInfo;
}>();
expectTypeOf<CloseInfo>().toEqualTypeOf<{
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
  readonly by: 'local' | 'remote' | 'network';
}>();
expectTypeOf<WebsockHandler<'idle'>>().toEqualTypeOf<(payload: number) => void>();

expectTypeOf(sock.once('close')).toEqualTypeOf<Promise<CloseInfo>>();
expectTypeOf(sock.once('idle', { signal: AbortSignal.abort() })).toEqualTypeOf<Promise<number>>();
sock.on('open', (event) => expectTypeOf(event).toEqualTypeOf<Event | undefined>());
sock.on('message', (payload) => expectTypeOf(payload).toEqualTypeOf<undefined>());
sock.on('close', (info) => expectTypeOf(info).toEqualTypeOf<CloseInfo>());
sock.on('error', (error) => expectTypeOf(error).toEqualTypeOf<WebsockError>());
sock.on('end', (payload) => expectTypeOf(payload).toEqualTypeOf<undefined>());
sock.on('suspended', (info) =>
  expectTypeOf(info).toEqualTypeOf<{ readonly reason: string; readonly attempt: number }>(),
);
sock.on('resumed', (info) =>
  expectTypeOf(info).toEqualTypeOf<{ readonly attempts: number; readonly downtime: number }>(),
);
sock.on('drain', (payload) => expectTypeOf(payload).toEqualTypeOf<undefined>());
sock.on('idle', (ms) => expectTypeOf(ms).toEqualTypeOf<number>());
expectTypeOf(sock.on('message', () => {})).toEqualTypeOf<() => void>();

// @ts-expect-error -- not an event
sock.on('data', () => {});
// @ts-expect-error -- nor is any string
sock.on('open' as string, () => {});
// @ts-expect-error -- the handler is not optional
sock.on('open');

// @ts-expect-error -- there may not be a native event
sock.on('open', (event: Event) => event.type);
// @ts-expect-error -- a message event has no payload: the bytes are in the queue
sock.on('message', (bytes: Uint8Array) => bytes.length);
// @ts-expect-error -- a close has no data
sock.on('close', ({ data }) => data);
// @ts-expect-error -- its code is a number
sock.on('close', (info: { code: string }) => info.code);
// @ts-expect-error -- a WebsockError, not an event
sock.on('error', (event: Event) => event.type);
// @ts-expect-error -- a drain does not say how much is left
sock.on('drain', (left: number) => left);
// @ts-expect-error -- milliseconds, not a date
sock.on('idle', (since: Date) => since);

const closed = (info: CloseInfo): void => void info.code;
sock.on('close', closed);
expectTypeOf(sock.off('close', closed)).toEqualTypeOf<void>();
sock.off('close');
// @ts-expect-error -- not an event
sock.off('data');
// @ts-expect-error -- a handler of another event
sock.off('message', closed);
// @ts-expect-error -- the event is missing
sock.off();
// @ts-expect-error -- only the socket emits events
sock.emit('drain', undefined);
