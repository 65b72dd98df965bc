/**
 * Reads, sync and async, on the socket and on a separate queue.
 */
import { expectTypeOf } from 'vitest';
import { ReceiveQueue, Websock } from 'websock-client';

type Own = Uint8Array<ArrayBuffer>;
declare const sock: Websock;
declare const signal: AbortSignal;

// ---- sync ----

expectTypeOf(sock.rQlen()).toEqualTypeOf<number>();
expectTypeOf(sock.rQpeek8()).toEqualTypeOf<number>();
expectTypeOf(sock.rQshift8()).toEqualTypeOf<number>();
expectTypeOf(sock.rQshift16()).toEqualTypeOf<number>();
expectTypeOf(sock.rQshift32()).toEqualTypeOf<number>();
expectTypeOf(sock.rQshiftStr(2)).toEqualTypeOf<string>();
expectTypeOf(sock.rQskipBytes(2)).toEqualTypeOf<void>();
expectTypeOf(sock.rQwait('header', 2)).toEqualTypeOf<boolean>();
expectTypeOf(sock.rQwait('header', 2, 1)).toEqualTypeOf<boolean>();
expectTypeOf(sock.rQshiftTo(new Uint8Array(2), 2)).toEqualTypeOf<void>();
// @ts-expect-error -- a function
if (sock.rQlen > 2) sock.close();
// @ts-expect-error -- a length is not optional
sock.rQshiftStr();
// @ts-expect-error -- a length is not optional
sock.rQskipBytes();
// @ts-expect-error -- the name of the data comes first
sock.rQwait(2);
// @ts-expect-error -- bytes go into a byte array
sock.rQshiftTo(new Uint16Array(2));
// @ts-expect-error -- into an array, not into its buffer
sock.rQshiftTo(new ArrayBuffer(2));

// ---- copy ----

expectTypeOf(sock.rQshiftBytes(2)).toEqualTypeOf<Own>();
expectTypeOf(sock.rQshiftBytes(2, true)).toEqualTypeOf<Own>();
expectTypeOf(sock.rQshiftBytes(2, false)).toEqualTypeOf<Own>();
expectTypeOf(sock.rQpeekBytes(2)).toEqualTypeOf<Own>();
expectTypeOf(sock.rQpeekBytes(2, false)).toEqualTypeOf<Own>();
expectTypeOf<Parameters<Websock['rQshiftBytes']>>().toEqualTypeOf<[n: number, copy?: boolean]>();
expectTypeOf<Parameters<Websock['rQpeekBytes']>>().toEqualTypeOf<[n: number, copy?: boolean]>();
// @ts-expect-error -- a length is not optional
sock.rQshiftBytes();
// @ts-expect-error -- on the socket, copy is a plain flag
sock.rQshiftBytes(2, { copy: false });
// @ts-expect-error -- and a boolean
sock.rQpeekBytes(2, 0);

const queue = new ReceiveQueue({ limit: 1024 });
expectTypeOf(queue.readBytes(2)).toEqualTypeOf<Own>();
expectTypeOf(queue.readBytes(2, { copy: false })).toEqualTypeOf<Own>();
expectTypeOf(queue.peekBytes(2, { copy: false })).toEqualTypeOf<Own>();
// @ts-expect-error -- on the queue, copy is an option
queue.readBytes(2, false);
// @ts-expect-error -- and a boolean
queue.readBytes(2, { copy: 'no' });
// @ts-expect-error -- a misspelt option
queue.peekBytes(2, { copied: false });

// ---- a separate queue ----

expectTypeOf(queue.readUint16(true)).toEqualTypeOf<number>();
expectTypeOf(queue.readBigUint64()).toEqualTypeOf<bigint>();
expectTypeOf(queue.readUtf8(2)).toEqualTypeOf<string>();
expectTypeOf(queue.indexOf(0x0a)).toEqualTypeOf<number>();
expectTypeOf(queue.length).toEqualTypeOf<number>();
queue.push(new ArrayBuffer(2));
// @ts-expect-error -- bytes, not text
queue.push('text');
// @ts-expect-error -- read only
queue.length = 0;
// @ts-expect-error -- a boolean chooses little-endian
queue.readUint16('le');

// ---- tryRead ----

expectTypeOf(sock.tryRead(() => sock.rQshift8())).toEqualTypeOf<number | undefined>();
expectTypeOf(queue.tryRead(() => 'text')).toEqualTypeOf<string | undefined>();
// @ts-expect-error -- it may be undefined
const length: number = sock.tryRead(() => sock.rQshift8());
// @ts-expect-error -- a function, not its result
sock.tryRead(sock.rQshift8());

// ---- async ----

expectTypeOf(sock.read(2)).toEqualTypeOf<Promise<Own>>();
expectTypeOf(sock.read(2, { signal })).toEqualTypeOf<Promise<Own>>();
expectTypeOf(sock.peek(2, { signal })).toEqualTypeOf<Promise<Own>>();
expectTypeOf(sock.readSome()).toEqualTypeOf<Promise<Own | null>>();
expectTypeOf(sock.readSome({ max: 2, signal })).toEqualTypeOf<Promise<Own | null>>();
expectTypeOf(sock.readUntil(0x0a)).toEqualTypeOf<Promise<Own>>();
expectTypeOf(sock.readUntil(new Uint8Array(2), { limit: 80, signal })).toEqualTypeOf<
  Promise<Own>
>();
expectTypeOf(sock.readInto(new Float32Array(2))).toEqualTypeOf<
  Promise<Float32Array<ArrayBuffer>>
>();
expectTypeOf(sock.readable).toEqualTypeOf<ReadableStream<Own>>();
// @ts-expect-error -- a length is not optional
sock.read();
// @ts-expect-error -- the signal is in an object
sock.read(2, signal);
// @ts-expect-error -- it is null at the end
sock.readSome().then((bytes) => bytes.length);
// @ts-expect-error -- max is an option of readSome
sock.read(2, { max: 2 });
// @ts-expect-error -- limit is an option of readUntil
sock.readSome({ limit: 80 });
sock.readUntil('\n');
// @ts-expect-error -- the bytes read later could not be put back
sock.tryRead(async () => sock.rQshift8());
// @ts-expect-error -- nor could those of any other promise
sock.tryRead(() => sock.readUint8());
expectTypeOf(sock.readUint16()).toEqualTypeOf<Promise<number>>();
expectTypeOf(sock.readInt32(true, { signal })).toEqualTypeOf<Promise<number>>();
expectTypeOf(sock.readBigInt64()).toEqualTypeOf<Promise<bigint>>();
// @ts-expect-error -- the signal is in an object
sock.readUint16(true, signal);
expectTypeOf(sock.lines({ limit: 80, signal })).toExtend<AsyncIterable<string>>();
expectTypeOf(sock.queue.readUint16(true)).toEqualTypeOf<number>();
expectTypeOf(sock.queue.readUtf8(2)).toEqualTypeOf<string>();
// @ts-expect-error -- only the socket adds bytes
sock.queue.push(new Uint8Array(2));
// @ts-expect-error -- read only
sock.queue = new ReceiveQueue();
// @ts-expect-error -- a view, whose size is the length
sock.readInto(new ArrayBuffer(2));

export async function iterate(): Promise<void> {
  for await (const chunk of sock) expectTypeOf(chunk).toEqualTypeOf<Own>();
}
// @ts-expect-error -- iteration is async
sock[Symbol.iterator]();
void length;
