/**
 * The material for messages: bytes of every kind, and the objects that carry them.
 */
import { Random } from './random.js';
import { LARGEST } from './sizes.js';

/** The source of all messages' bytes; the seed determines which part a message gets. */
const NOISE = makeNoise(4 * LARGEST);

/** Like a WebAssembly module's memory: it is overwritten once the message has been delivered. */
const SHARED = new Uint8Array(new SharedArrayBuffer(LARGEST));

/** n bytes, at most `LARGEST`; callers must not write to them. */
export function anyBytes(random: Random, n: number): Uint8Array<ArrayBuffer> {
  const at = random.below(NOISE.length - n);
  return NOISE.subarray(at, at + n);
}

/** A message of these bytes, in memory separate from theirs. */
export function anyMessage(
  random: Random,
  bytes: Uint8Array<ArrayBuffer>,
): ArrayBuffer | ArrayBufferView {
  const { length } = bytes;
  switch (random.below(7)) {
    case 0:
      return bytes.slice();
    case 1:
      return bytes.slice().buffer;
    case 2:
      return new DataView(bytes.slice().buffer);
    case 3:
      return Buffer.from(bytes);
    case 4:
      return within(bytes, random.below(8), length + 16);
    case 5:
      // A small part of a larger buffer.
      return within(bytes, random.below(length + 100), 3 * length + 100);
    default:
      SHARED.set(bytes);
      return SHARED.subarray(0, length);
  }
}

/** Whether a message's receiver must copy it, so that its memory may be overwritten. */
export function isShared(message: ArrayBuffer | ArrayBufferView): boolean {
  return 'buffer' in message && message.buffer === SHARED.buffer;
}

export function overwrite(message: ArrayBuffer | ArrayBufferView): void {
  const { buffer, byteOffset, byteLength } =
    'buffer' in message ? message : new Uint8Array(message);
  new Uint8Array(buffer, byteOffset, byteLength).fill(0x55);
}

function within(bytes: Uint8Array, at: number, size: number): Uint8Array {
  const whole = new Uint8Array(size);
  whole.set(bytes, at);
  return whole.subarray(at, at + bytes.length);
}

/** Makes runs of any bytes, of UTF-8 text, and of only a few values, in which a search finds many near-matches. */
function makeNoise(size: number): Uint8Array<ArrayBuffer> {
  const random = new Random(size);
  const noise = new Uint8Array(size);
  const fills: ((stretch: Uint8Array) => void)[] = [
    (stretch) => stretch.forEach((_, i) => (stretch[i] = random.next())),
    (stretch) => stretch.forEach((_, i) => (stretch[i] = random.pick([0, 10, 13, 255]))),
    (stretch) => {
      const letter = (): string => random.pick(['a', '\n', 'é', '漢', '😀', '\uFEFF']);
      const text = Array.from({ length: stretch.length }, letter).join('');
      new TextEncoder().encodeInto(text, stretch);
    },
  ];
  for (let at = 0; at < size;) {
    const end = at + random.between(100, 20_000);
    random.pick(fills)(noise.subarray(at, end));
    at = end;
  }
  return noise;
}
