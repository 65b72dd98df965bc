/**
 * Pseudo-encodings: rectangles of an update that carry something other than pixels (RFC 6143 section 7.8 and the community's
 * RFB specification).
 */
import { all, pixels, rect, u16, u32, u8, utf8, type Bytes } from './wire.js';

/** The hot spot of the cursors below, and their size. */
const CURSOR = [3, 4, 9, 6] as const;
const CURSOR_PIXELS = CURSOR[2] * CURSOR[3];

export const lastRect = (): Bytes => rect([0, 0, 0, 0], -224);
export const desktopSize = (width: number, height: number): Bytes =>
  rect([0, 0, width, height], -223);

/** @param screens how many screens it has, each of the full size */
export const extendedDesktopSize = (width: number, height: number, screens: number): Bytes =>
  rect(
    [0, 0, width, height],
    -308,
    u8(screens, 0, 0, 0),
    ...Array.from({ length: screens }, (_, id) => all(u32(id), u16(0, 0, width, height), u32(0))),
  );

export function desktopName(name: string): Bytes {
  const text = utf8(name);
  return rect([0, 0, 0, 0], -307, u32(text.length), text);
}

/** A cursor of pixels and a bit mask. */
export const cursor = (): Bytes =>
  rect(
    [...CURSOR],
    -239,
    pixels([5, 9, CURSOR[2], CURSOR[3]], 4),
    Uint8Array.from({ length: Math.ceil(CURSOR[2] / 8) * CURSOR[3] }, (_, i) => 0xb7 >> (i % 5)),
  );

const VMWARE = 0x574d5664;

/** An AND mask and an XOR mask, 4 bytes per pixel: opaque, transparent and inverted pixels. */
export const vmwareClassicCursor = (): Bytes =>
  rect(
    [...CURSOR],
    VMWARE,
    u8(0, 0),
    u32(...Array.from({ length: CURSOR_PIXELS }, (_, i) => (i % 3 === 0 ? 0 : 0xffffff00))),
    u32(
      ...Array.from({ length: CURSOR_PIXELS }, (_, i) =>
        i % 3 === 0 ? 0x30609000 + i * 512 : i % 3 === 1 ? 0 : 0xffffff00,
      ),
    ),
  );

export const vmwareAlphaCursor = (): Bytes =>
  rect(
    [...CURSOR],
    VMWARE,
    u8(1, 0),
    u32(...Array.from({ length: CURSOR_PIXELS }, (_, i) => 0x40302000 + i * 1024 + i * 4)),
  );

export const qemuExtendedKeyEvent = (): Bytes => rect([0, 0, 0, 0], -258);
export const extendedMouseButtons = (): Bytes => rect([0, 0, 0, 0], -316);
export const qemuLeds = (leds: number): Bytes => rect([0, 0, 0, 0], -261, u8(leds));
