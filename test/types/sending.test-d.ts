/**
 * Pushes and writes, on the socket and on a separate queue.
 */
import { expectTypeOf } from 'vitest';
import { type Bytes, SendQueue, Websock } from 'websock-client';

declare const sock: Websock;
declare const signal: AbortSignal;

expectTypeOf<Bytes>().toEqualTypeOf<ArrayBuffer | ArrayBufferView>();

expectTypeOf(sock.send(new Uint8Array(2))).toEqualTypeOf<boolean>();
sock.send(new ArrayBuffer(2));
sock.send(new DataView(new ArrayBuffer(2)));
sock.send(Buffer.from('text'));
sock.send('text');
// @ts-expect-error -- only compat accepts an array of numbers
sock.send([1, 2]);
// @ts-expect-error -- send() takes the bytes at once; a Blob can only be read later
sock.send(new Blob([]));

expectTypeOf(sock.sQpush8(1)).toEqualTypeOf<void>();
expectTypeOf(sock.sQpush16(1)).toEqualTypeOf<void>();
expectTypeOf(sock.sQpush32(1)).toEqualTypeOf<void>();
expectTypeOf(sock.sQpushBytes(new Uint8Array(2))).toEqualTypeOf<void>();
expectTypeOf(sock.sQpushString('text')).toEqualTypeOf<void>();
expectTypeOf(sock.flush()).toEqualTypeOf<void>();
// @ts-expect-error -- a number
sock.sQpush8('1');
// @ts-expect-error -- a 32-bit number is not a bigint
sock.sQpush32(1n);
// @ts-expect-error -- bytes
sock.sQpushBytes('text');
// @ts-expect-error -- text
sock.sQpushString(new Uint8Array(2));

expectTypeOf(sock.write(new Uint8Array(2), { below: 0, signal })).toEqualTypeOf<Promise<void>>();
expectTypeOf(sock.drained({ below: 0, signal })).toEqualTypeOf<Promise<void>>();
expectTypeOf(sock.drained()).toEqualTypeOf<Promise<void>>();
expectTypeOf(sock.writable).toEqualTypeOf<WritableStream<Bytes | string>>();
sock.write('text');
// @ts-expect-error -- the amount is in an object
sock.drained(0);
// @ts-expect-error -- a misspelt option
sock.drained({ under: 0 });

const messages: Uint8Array[] = [];
const queue = new SendQueue({ room: Infinity, send: (bytes) => void messages.push(bytes) });
queue.writeUint16(1, true);
queue.writeBigUint64(1n);
// @ts-expect-error -- a 64-bit number is a bigint
queue.writeBigUint64(1);
// @ts-expect-error -- a sink must say how much room it has
void new SendQueue({ send: () => {} });
// @ts-expect-error -- an option of the socket
void new SendQueue({ room: 1, send: () => {} }, { sendLimit: 1 });
