/**
 * Tight (encoding 7) and TightPNG (-260), by the community's RFB specification: four zlib streams, and filters.
 */
import type { Deflater } from './deflater.js';
import { JPEG, PNG } from './images.js';
import { all, color, pixels, rect, u8, type Area, type Bytes } from './wire.js';

const TIGHT = 7;
const TIGHT_PNG = -260;

/** Data shorter than this go uncompressed (bytes). */
const COMPRESS_MIN = 12;

/** The upper half of the control byte. */
const FILL = 0x80;
const IS_JPEG = 0x90;
const IS_PNG = 0xa0;
const WITH_FILTER = 0x40;

const PALETTE = 1;
const GRADIENT = 2;

/** A length of 1 to 3 bytes: 7 bits each, the lowest first. */
function compact(n: number): Bytes {
  if (n < 0x80) return u8(n);
  if (n < 0x4000) return u8((n & 0x7f) | 0x80, n >> 7);
  return u8((n & 0x7f) | 0x80, ((n >> 7) & 0x7f) | 0x80, n >> 14);
}

async function packed(data: Bytes, stream: Deflater): Promise<Bytes> {
  if (data.length < COMPRESS_MIN) return data;
  const compressed = await stream.push(data);
  return all(compact(compressed.length), compressed);
}

export const tightFill = (area: Area): Bytes => rect(area, TIGHT, u8(FILL), u8(10, 200, 90));

export const tightJpeg = (area: Area): Bytes =>
  rect(area, TIGHT, u8(IS_JPEG), compact(JPEG.length), JPEG);

export const tightPngFill = (area: Area): Bytes => rect(area, TIGHT_PNG, u8(FILL), u8(99, 0, 180));

export const tightPngJpeg = (area: Area): Bytes =>
  rect(area, TIGHT_PNG, u8(IS_JPEG), compact(JPEG.length), JPEG);

export const tightPng = (area: Area): Bytes =>
  rect(area, TIGHT_PNG, u8(IS_PNG), compact(PNG.length), PNG);

/** Pixels as they are, through stream 0. @param reset whether that stream is reset */
export const tightCopy = async (area: Area, stream: Deflater, reset = false): Promise<Bytes> =>
  rect(area, TIGHT, u8(reset ? 1 : 0), await packed(pixels(area, 3), stream));

/** Pixels of a palette, through stream 1; for two colors, one bit per pixel, in rows of whole bytes. */
export async function tightPalette(area: Area, colors: number, stream: Deflater): Promise<Bytes> {
  const [, , width, height] = area;
  const palette = Array.from({ length: colors }, (_, i) => u8(...color(i * 13, i * 7)));
  const rowSize = colors === 2 ? Math.ceil(width / 8) : width;
  const data = Uint8Array.from({ length: rowSize * height }, (_, i) =>
    colors === 2 ? i * 37 : i % colors,
  );
  const filter = all(u8(WITH_FILTER | 0x10, PALETTE, colors - 1), ...palette);
  return rect(area, TIGHT, filter, await packed(data, stream));
}

/** Each pixel as the difference from what its neighbours predict, through stream 2. */
export async function tightGradient(area: Area, stream: Deflater): Promise<Bytes> {
  const [, , width] = area;
  const plain = pixels(area, 3);
  const data = plain.map((value, i) => {
    const column = Math.floor(i / 3) % width;
    const left = column > 0 ? plain[i - 3] : 0;
    const upper = i >= width * 3 ? plain[i - width * 3] : 0;
    const upperLeft = column > 0 && i >= width * 3 ? plain[i - width * 3 - 3] : 0;
    return value - Math.min(255, Math.max(0, left + upper - upperLeft));
  });
  return rect(area, TIGHT, u8(WITH_FILTER | 0x20, GRADIENT), await packed(data, stream));
}
