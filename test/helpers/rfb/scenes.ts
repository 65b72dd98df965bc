/**
 * The handshake, and what a VNC server may send after it: a scene for each encoding that noVNC decodes.
 */
import { Deflater } from './deflater.js';
import { h264Key, h264Same } from './h264.js';
import { jpeg, jpegWithoutTables } from './jpeg.js';
import * as message from './messages.js';
import { copyRect, hextile, raw, rre } from './plain.js';
import * as pseudo from './pseudo.js';
import * as tight from './tight.js';
import { all, update, type Area, type Bytes } from './wire.js';
import { tile, zlib, zrle } from './zlib.js';

export interface Scene {
  readonly name: string;
  /** What is sent before it, message by message, because the client has its turn after each of them. */
  readonly before: readonly Bytes[];
  /** What is sent whole or cut. */
  readonly turns: readonly Bytes[];
}

const { width, height } = message.SCREEN;
const IMAGE: Area = [7, 5, 16, 16];

export async function makeScenes(): Promise<Scene[]> {
  const streams = Array.from({ length: 6 }, () => new Deflater());
  const [copy, again, palette, gradient, plain, tiles] = streams;
  const after = (name: string, ...parts: Bytes[]): Scene => ({
    name,
    before: message.HANDSHAKE,
    turns: [all(...parts)],
  });
  const scenes = [
    { name: 'handshake', before: [], turns: message.HANDSHAKE },
    after('Raw', update([raw([3, 5, 9, 7]), raw([70, 60, 10, 12])]), update([raw([0, 0, 0, 0])])),
    after('CopyRect', update([raw([0, 0, 12, 6])]), update([copyRect([30, 40, 12, 6], 0, 0)])),
    after('RRE', update([rre([8, 8, 40, 40], [0, 0, 5, 5], [9, 9, 20, 3], [1, 30, 8, 8])])),
    after('Hextile', update([hextile(2, 3)]), update([hextile(4, 50)])),
    after(
      'Zlib',
      update([await zlib([0, 0, 20, 12], plain)]),
      update([await zlib([40, 30, 20, 12], plain)]),
    ),
    after(
      'ZRLE',
      update([
        await zrle(
          [0, 0, width, height],
          [
            tile.runs([0, 0, 64, 64]),
            tile.packed([64, 0, 16, 64]),
            tile.paletteRuns([0, 64, 64, 8]),
            tile.solid(),
          ],
          tiles,
        ),
      ]),
      update([await zrle([20, 20, 10, 10], [tile.raw([20, 20, 10, 10])], tiles)]),
    ),
    after(
      'Tight, plain pixels and fills',
      update([tight.tightFill([0, 0, 30, 30]), await tight.tightCopy([40, 0, 1, 3], copy)]),
      update([await tight.tightCopy([5, 5, 14, 9], copy)]),
      update([await tight.tightCopy([30, 30, 14, 9], copy)]),
      update([await tight.tightCopy([50, 50, 14, 9], again, true)]),
    ),
    after(
      'Tight, palettes',
      update([await tight.tightPalette([0, 0, 13, 11], 2, palette)]),
      update([await tight.tightPalette([20, 0, 8, 5], 2, palette)]),
      update([await tight.tightPalette([40, 30, 13, 11], 17, palette)]),
    ),
    after(
      'Tight, gradient',
      update([await tight.tightGradient([0, 0, 17, 9], gradient)]),
      update([await tight.tightGradient([33, 33, 2, 1], gradient)]),
    ),
    after('Tight, JPEG', update([tight.tightJpeg(IMAGE)])),
    after(
      'TightPNG',
      update([
        tight.tightPngFill([40, 40, 9, 9]),
        tight.tightPng(IMAGE),
        tight.tightPngJpeg([50, 2, 16, 16]),
      ]),
    ),
    after('JPEG', update([jpeg(IMAGE)]), update([jpegWithoutTables([40, 30, 16, 16])])),
    after(
      'cursors',
      update([pseudo.cursor()]),
      update([pseudo.vmwareAlphaCursor()]),
      update([pseudo.vmwareClassicCursor()]),
    ),
    after(
      'sizes, names, lights',
      update([pseudo.desktopSize(60, 50), raw([50, 40, 10, 10])]),
      update([pseudo.extendedDesktopSize(70, 40, 2), pseudo.desktopName('Schreibtisch für Δ')]),
      update([pseudo.qemuExtendedKeyEvent(), pseudo.extendedMouseButtons(), pseudo.qemuLeds(6)]),
      update([raw([0, 0, 4, 4]), pseudo.lastRect()], 0xffff),
    ),
    after(
      'clipboard, bell, fence, continuous updates, xvp',
      message.cutText('from the desk\xfctop'),
      message.bell(),
      message.clipboard.caps(),
      message.clipboard.peek(),
      message.clipboard.notify(),
      message.clipboard.provide('extended: Δ\r\nand more'),
      message.clipboard.request(),
      message.fence('a fence'),
      message.fence(''),
      message.endOfContinuousUpdates(),
      message.xvp(1),
      message.xvp(0),
      update([raw([9, 9, 3, 3])]),
    ),
  ];
  for (const stream of streams) await stream.close();
  return scenes;
}

/** For browsers that decode H.264. No pixels share its updates: noVNC draws others wrongly while it waits for a picture. */
export const h264Scene = (): Scene => ({
  name: 'H.264',
  before: message.HANDSHAKE,
  turns: [all(update([h264Key(4, 4)]), update([h264Same(4, 4)]))],
});
