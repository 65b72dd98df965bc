/**
 * Encodings without compression: Raw, CopyRect, RRE, Hextile (RFC 6143 sections 7.7.1 to 7.7.4).
 */
import { all, color, pixels, rect, u16, u32, u8, type Area, type Bytes } from './wire.js';

const pixel = (x: number, y: number): Bytes => u8(...color(x, y), 0);

export const raw = (area: Area): Bytes => rect(area, 0, pixels(area, 4));

export const copyRect = (area: Area, fromX: number, fromY: number): Bytes =>
  rect(area, 1, u16(fromX, fromY));

/** A background, and rectangles at positions relative to it. */
export const rre = (area: Area, ...subrects: Area[]): Bytes =>
  rect(
    area,
    2,
    u32(subrects.length),
    pixel(1, 2),
    ...subrects.map((sub) => all(pixel(sub[0] * 9, 200), u16(...sub))),
  );

/** The bits of a Hextile tile's first byte, which tell how the tile is encoded. */
const RAW = 1;
const BACKGROUND = 2;
const FOREGROUND = 4;
const SUBRECTS = 8;
const COLORED = 16;

/** Five tiles in a row, one of each kind: raw, plain, subrectangles of one color, of several, and the background as before. */
export function hextile(x: number, y: number): Bytes {
  const subrects = all(u8(2), u8(0x00, 0x33), u8(0x55, 0x92));
  const colored = all(u8(2), pixel(5, 5), u8(0x12, 0x21), pixel(90, 9), u8(0x88, 0x77));
  return rect(
    [x, y, 5 * 16 - 4, 16],
    5,
    all(u8(RAW), pixels([x, y, 16, 16], 4)),
    all(u8(BACKGROUND), pixel(30, 60)),
    all(u8(FOREGROUND | SUBRECTS), pixel(80, 70), subrects),
    all(u8(BACKGROUND | SUBRECTS | COLORED), pixel(7, 99), colored),
    u8(0),
  );
}
