/**
 * Zlib (encoding 6): raw pixels through one zlib stream; and ZRLE (RFC 6143 section 7.7.6), tiles of 64 by 64 through another.
 */
import type { Deflater } from './deflater.js';
import { all, color, pixels, rect, u32, u8, type Area, type Bytes } from './wire.js';

export async function zlib(area: Area, stream: Deflater): Promise<Bytes> {
  const data = await stream.push(pixels(area, 4));
  return rect(area, 6, u32(data.length), data);
}

export async function zrle(area: Area, tiles: Bytes[], stream: Deflater): Promise<Bytes> {
  const data = await stream.push(...tiles);
  return rect(area, 16, u32(data.length), data);
}

/** The tiles of ZRLE, each starting with the byte that tells its kind. */
export const tile = {
  raw: (area: Area): Bytes => all(u8(0), pixels(area, 3)),
  solid: (): Bytes => all(u8(1), u8(200, 20, 60)),
  /** Two colors, one bit per pixel. */
  packed: ([, , width, height]: Area): Bytes =>
    all(
      u8(2),
      palette(2),
      Uint8Array.from({ length: Math.ceil(width / 8) * height }, (_, i) => 0x35 + i),
    ),
  /** Runs; each length less 1 is written as bytes of 255 and a remainder. */
  runs: ([, , width, height]: Area): Bytes => {
    const rest = width * height - 300;
    const run = (n: number): Bytes =>
      u8(...Array.from({ length: Math.floor((n - 1) / 255) }, () => 255), (n - 1) % 255);
    return all(u8(128), u8(...color(3, 3)), run(300), u8(...color(60, 9)), run(rest));
  },
  /** Runs and single pixels of a palette. */
  paletteRuns: ([, , width, height]: Area): Bytes => {
    const last = width * height - 2 - 40;
    return all(
      u8(128 + 3),
      palette(3),
      u8(0, 1),
      u8(128 + 2, 39),
      u8(128 + 1),
      u8(...Array.from({ length: Math.floor((last - 1) / 255) }, () => 255), (last - 1) % 255),
    );
  },
};

const palette = (n: number): Bytes =>
  all(...Array.from({ length: n }, (_, i) => u8(...color(i * 50, i * 20))));
