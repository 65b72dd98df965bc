/**
 * What a socket may be doing when its memory is weighed.
 */
import type { Reader, Receiver, Subject } from './subjects.js';

/** Yields the name of each state it reaches; the value it returns stays alive until then. */
export type Scenario = (subject: Subject) => Generator<string, unknown>;

const KiB = 1024;
const BURST = 20 * KiB * KiB;
const FRAME = 6_000_000;

/** New memory for each message, as from a WebSocket; filled, or it would not be resident. */
const message = (size: number): ArrayBuffer => new Uint8Array(size).fill(1).buffer;

const readAll = (reader: Reader) => (): void => void reader.rQshiftBytes(reader.rQlen(), false);

/** Delivers `bytes` bytes in messages of `size`; the last one may be shorter. */
function deliverAll(receiver: Receiver, bytes: number, size: number): void {
  for (let left = bytes; left > 0; left -= size) {
    receiver.onmessage!({ data: message(Math.min(size, left)) });
  }
}

function* idleSockets(subject: Subject): Generator<string, unknown> {
  const sockets = Array.from({ length: 50 }, () => subject.start(readAll));
  yield 'attached';
  for (const socket of sockets) socket.onmessage!({ data: message(16) });
  yield 'a message of 16 bytes read';
  return sockets;
}

function* burstReadAsItCame(subject: Subject): Generator<string, unknown> {
  const socket = subject.start(readAll);
  deliverAll(socket, BURST, 64 * KiB);
  yield 'read as it came';
  return socket;
}

/** Queues everything, then reads it in views of `read` bytes. */
const queued = (bytes: number, size: number, read: number): Scenario =>
  function* (subject) {
    let reader!: Reader;
    const socket = subject.start((its) => {
      reader = its;
      return () => {};
    });
    deliverAll(socket, bytes, size);
    yield 'queued whole';
    while (reader.rQlen() > 0) reader.rQshiftBytes(read, false);
    yield 'then read';
    return socket;
  };

export const scenarios: Readonly<Record<string, Scenario>> = {
  '50 idle sockets': idleSockets,
  '20 MiB burst of 64 KiB': burstReadAsItCame,
  '20 MiB burst of 64 KiB, held': queued(BURST, 64 * KiB, 64 * KiB),
  '6 MB frame of 1448': queued(FRAME, 1448, FRAME),
  '6 MB frame of 64 KiB': queued(FRAME, 64 * KiB, FRAME),
};
