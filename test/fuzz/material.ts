/**
 * What messages are made of: bytes of every kind, and the objects that carry them.
 */
import { Random } from './random.js';
import { LARGEST } from './sizes.js';

/** Where the bytes of all messages come from; which of them is up to the seed. */
const NOISE = makeNoise(4 * LARGEST);

/** Memory of a WebAssembly module, say: it is written again when the message was delivered. */
const SHARED = new Uint8Array(new SharedArrayBuffer(LARGEST));

/** n bytes, at most the largest message; not to be written to. */
export function anyBytes(random: Random, n: number): Uint8Array<ArrayBuffer> {
  const at = random.below(NOISE.length - n);
  return NOISE.subarray(at, at + n);
}

/** A message of these bytes, in memory of its own. */
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
      // A small part of a large buffer.
      return within(bytes, random.below(length + 100), 3 * length + 100);
    default:
      SHARED.set(bytes);
      return SHARED.subarray(0, length);
  }
}

/** Whether the receiver of a message has to copy it, so that its memory may be written again. */
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

/** Stretches of any bytes, of UTF-8 text, and of few values, in which a search nearly finds what it looks for. */
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
