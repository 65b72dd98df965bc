/**
 * What the Autobahn cases do not cover: the limits, runs in place, the server's own frames.
 */
import { describe, expect, test } from 'vitest';
import { closePayload } from '../../../../src/bridge/session/framing/close.js';
import { FrameDecoder } from '../../../../src/bridge/session/framing/decoder.js';
import {
  encodeClose,
  encodeFrame,
  frameInPlace,
  HEADER_ROOM,
} from '../../../../src/bridge/session/framing/encoder.js';
import { decodeWithOurs } from '../../../helpers/decode.js';

const MASK = Buffer.from([1, 2, 3, 4]);
const fromClient = { peer: 'client', maxPayload: 1_000, maxFragments: 4 } as const;
const fromServer = { ...fromClient, peer: 'server' } as const;
const masked = (opcode: number, payload: Buffer | string, fin = true) =>
  encodeFrame(opcode, Buffer.from(payload), { fin, mask: MASK });

describe('the decoder', () => {
  test.each([
    ['an unmasked frame of a client', fromClient, encodeFrame(2, MASK)],
    ['a masked frame of a server', fromServer, masked(2, MASK)],
    ['125 bytes with a length of 16 bits', fromClient, Buffer.from([0x82, 0xfe, 0, 125])],
    [
      '65,535 bytes with a length of 64 bits',
      fromClient,
      Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff]),
    ],
  ])('%s: 1002', (_, options, bytes) => {
    expect(decodeWithOurs([bytes], options).code).toBe(1002);
  });

  test.each([
    ['2^32 bytes', [0, 0, 0, 1, 0, 0, 0, 0]],
    ['2^53 bytes', [0, 0x20, 0, 0, 0, 0, 0, 0]],
    ['2^64 - 1 bytes', [255, 255, 255, 255, 255, 255, 255, 255]],
  ])('a frame of %s: 1009, before a byte of it has come', (_, length) => {
    const header = Buffer.from([0x82, 0xff, ...length, ...MASK]);
    expect(decodeWithOurs([header], fromClient).code).toBe(1009);
  });

  test('limits apply to all fragments of a message together, and start again with the next message', () => {
    const half = Buffer.alloc(500, 'x');
    const whole = [masked(2, half, false), masked(0, half)];
    const told = `binary ${'x'.repeat(1_000)}`;
    expect(decodeWithOurs([...whole, ...whole], fromClient).events).toEqual([told, told]);
    const over = [masked(2, half, false), masked(0, half, false), masked(0, 'x')];
    expect(decodeWithOurs(over, fromClient)).toMatchObject({ events: [], code: 1009 });
    const four = [masked(2, '', false), masked(0, '', false), masked(0, '', false), masked(0, '')];
    expect(decodeWithOurs([...four, ...four], fromClient).events).toHaveLength(2);
    const five = [...four.slice(0, 3), masked(0, '', false), masked(0, '')];
    expect(decodeWithOurs(five, fromClient).code).toBe(1008);
  });

  test('the payloads of many frames in one read form one run, in the memory they were read into', () => {
    const read = Buffer.concat([
      masked(2, 'one, '),
      masked(9, 'ping'),
      masked(2, 'two, ', false),
      masked(10, ''),
      masked(0, 'three'),
      masked(2, 'cut off').subarray(0, -4),
    ]);
    const runs: Buffer[] = [];
    const decoder = new FrameDecoder(
      fromClient,
      handler({ onBinary: (bytes) => runs.push(bytes) }),
    );
    decoder.decode(read);
    expect(runs.map(String)).toEqual(['one, two, threecut']);
    expect(runs[0].buffer).toBe(read.buffer);
    expect(decoder.frames).toBe(6);
  });

  test('bytes come before what follows them in the same read: text, the close, a violation', () => {
    const order: string[] = [];
    const told = handler({
      onBinary: (bytes) => order.push(`bytes ${bytes}`),
      onText: (text) => order.push(`text ${text}`),
      onClose: ({ code }) => order.push(`close ${code}`),
      onViolation: ({ code }) => order.push(`violation ${code}`),
    });
    new FrameDecoder(fromClient, told).decode(
      Buffer.concat([
        masked(2, 'a'),
        masked(1, 'b'),
        masked(2, 'c'),
        masked(8, closePayload(1000)),
      ]),
    );
    new FrameDecoder(fromClient, told).decode(Buffer.concat([masked(2, 'd'), masked(3, '')]));
    const expected = ['bytes a', 'text b', 'bytes c', 'close 1000', 'bytes d', 'violation 1002'];
    expect(order).toEqual(expected);
  });

  test('reports nothing more after being stopped from within an event', () => {
    const events: string[] = [];
    const decoder = new FrameDecoder(
      fromClient,
      handler({
        onBinary: (bytes) => {
          events.push(String(bytes));
          decoder.stop();
        },
        onText: (text) => events.push(String(text)),
      }),
    );
    decoder.decode(Buffer.concat([masked(2, 'a'), masked(1, 'b'), masked(2, 'c')]));
    decoder.decode(masked(2, 'd'));
    expect(events).toEqual(['a']);
  });

  test('a text that is announced as large takes no memory before it arrives', () => {
    const decoder = new FrameDecoder({ ...fromClient, maxPayload: 2 ** 30 }, handler({}));
    const { arrayBuffers } = process.memoryUsage();
    decoder.decode(Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x3f, 0, 0, 0, ...MASK, 0]));
    expect(process.memoryUsage().arrayBuffers - arrayBuffers).toBeLessThan(2 ** 20);
  });
});

describe('the encoder', () => {
  test.each([0, 1, 125, 126, 65_535, 65_536, 100_000])('%i bytes come back', (length) => {
    const payload = Buffer.alloc(length, 'abc');
    const options = { maxPayload: 2 ** 20, maxFragments: 1 };
    const told = `binary ${payload}`;
    const frames = [encodeFrame(2, payload), inPlace(payload)];
    expect(frames[0].equals(frames[1])).toBe(true);
    const ours = decodeWithOurs(frames, { peer: 'server', ...options });
    expect(ours).toEqual({ events: [told, told], code: undefined, why: undefined });
    expect(decodeWithOurs([masked(2, payload)], { peer: 'client', ...options }).events).toEqual([
      told,
    ]);
  });

  test('a reason that is too long is cut between two characters', () => {
    const frame = encodeClose(1011, '€'.repeat(60));
    const { code, why } = decodeWithOurs([frame], fromServer);
    expect([code, why]).toEqual([1011, '€'.repeat(41)]);
  });

  test('1005 is an empty frame', () => {
    expect([...encodeClose(1005, 'unsaid')]).toEqual([0x88, 0]);
  });
});

function handler(some: Partial<ConstructorParameters<typeof FrameDecoder>[1]>) {
  const nothing = () => {};
  return {
    onBinary: nothing,
    onBinaryEnd: nothing,
    onText: nothing,
    onPing: nothing,
    onPong: nothing,
    onClose: nothing,
    onViolation: nothing,
    ...some,
  };
}

function inPlace(payload: Buffer): Buffer {
  const room = Buffer.alloc(HEADER_ROOM + payload.length);
  room.set(payload, HEADER_ROOM);
  return frameInPlace(2, room.subarray(HEADER_ROOM));
}
