import { expect, test } from 'vitest';
import { turn, unmask } from '../../../../src/bridge/session/framing/mask.js';

const MASK = [0x12, 0x34, 0xf6, 0x78] as const;
const NUMBER = Buffer.from(MASK).readInt32LE();
const LENGTHS = [...Array(70).keys(), 1_448, 4_095, 4_096, 4_097, 65_536];

test('takes the mask off at every place and length, moves the bytes, and touches nothing else', () => {
  for (const length of LENGTHS) {
    for (let from = 0; from < 8; from += 1) {
      for (const to of [0, from >> 1, from]) {
        // Not at the start of its memory, so that a forgotten offset shows.
        const memory = Buffer.alloc(length + 24);
        const all = memory.subarray(3);
        for (let i = 0; i < all.length; i += 1) all[i] = i * 7;
        const expected = Buffer.from(all);
        for (let i = 0; i < length; i += 1) expected[to + i] = all[from + i] ^ MASK[i & 3];
        // Leftovers of the masked bytes lie after the moved ones, up to `from + length`, and may be anything.
        const view = new DataView(all.buffer, all.byteOffset, all.length);
        unmask(all, view, from, length, NUMBER, to);
        const name = `${length} bytes from ${from} to ${to}`;
        expect(all.subarray(0, to + length).equals(expected.subarray(0, to + length)), name).toBe(
          true,
        );
        expect(all.subarray(from + length).equals(expected.subarray(from + length)), name).toBe(
          true,
        );
      }
    }
  }
});

test('a mask goes on where the last read ended', () => {
  for (let by = 0; by < 9; by += 1) {
    const turned = Buffer.alloc(4);
    turned.writeInt32LE(turn(NUMBER, by));
    expect([...turned]).toEqual(MASK.map((_, i) => MASK[(i + by) & 3]));
  }
});
