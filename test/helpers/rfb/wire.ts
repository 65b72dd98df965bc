/**
 * The parts of RFB messages (RFC 6143): big-endian numbers, and framebuffer updates made of rectangles.
 */
import { join } from '../bytes.js';

export type Bytes = Uint8Array<ArrayBuffer>;

export const u8 = (...values: number[]): Bytes => Uint8Array.from(values);
export const u16 = (...values: number[]): Bytes => u8(...values.flatMap((n) => [n >> 8, n]));
export const u32 = (...values: number[]): Bytes => u16(...values.flatMap((n) => [n >>> 16, n]));
export const latin1 = (text: string): Bytes => Uint8Array.from(Buffer.from(text, 'latin1'));
export const utf8 = (text: string): Bytes => new Uint8Array(new TextEncoder().encode(text));
export const all = (...parts: Uint8Array[]): Bytes => join(parts);

/** Where something is on the screen: x, y, width, height. */
export type Area = readonly [x: number, y: number, width: number, height: number];

/** A rectangle of a framebuffer update: section 7.6.1. */
export const rect = (area: Area, encoding: number, ...data: Uint8Array[]): Bytes =>
  all(u16(...area), u32(encoding), ...data);

/** A framebuffer update. @param count how many rectangles the header claims */
export const update = (rects: Uint8Array[], count = rects.length): Bytes =>
  all(u8(0, 0), u16(count), ...rects);

/** The color of a pixel of the test picture: red, green, blue. The picture is smooth, and different everywhere. */
export const color = (x: number, y: number): [red: number, green: number, blue: number] => [
  (x * 3 + y) & 0xff,
  (y * 3 + 40) & 0xff,
  (x * y + 90) & 0xff,
];

/** The pixels of an area of the picture, row by row. @param size bytes per pixel: 3, or 4 with a padding byte */
export function pixels([x, y, width, height]: Area, size: 3 | 4): Bytes {
  const bytes = new Uint8Array(width * height * size);
  for (let i = 0; i < width * height; i++) {
    bytes.set(color(x + (i % width), y + Math.floor(i / width)), i * size);
  }
  return bytes;
}
