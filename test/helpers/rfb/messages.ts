/**
 * The server's messages other than updates: the handshake, bell, clipboard, fence, continuous updates, xvp.
 */
import { deflateSync } from 'node:zlib';
import { all, latin1, u16, u32, u8, utf8, type Bytes } from './wire.js';

export const SCREEN = { width: 80, height: 72 } as const;

/** The version, the one security type None, its result, and the screen (RFC 6143 sections 7.1 to 7.3). */
const VERSION = latin1('RFB 003.008\n');
const SECURITY = u8(1, 1);
const SECURITY_RESULT = u32(0);
const SERVER_INIT = all(
  u16(SCREEN.width, SCREEN.height),
  u8(32, 24, 0, 1),
  u16(255, 255, 255),
  u8(0, 8, 16, 0, 0, 0),
  u32(5),
  latin1('tests'),
);

/** The server's turns, up to the first update. */
export const HANDSHAKE = [VERSION, SECURITY, SECURITY_RESULT, SERVER_INIT];

export const bell = (): Bytes => u8(2);

export function cutText(text: string): Bytes {
  const bytes = latin1(text);
  return all(u8(3, 0, 0, 0), u32(bytes.length), bytes);
}

/** The actions of an extended clipboard message, and the format of text. */
const CAPS = 1 << 24;
const REQUEST = 1 << 25;
const PEEK = 1 << 26;
const NOTIFY = 1 << 27;
const PROVIDE = 1 << 28;
const TEXT = 1;

/** An extended message has a negative length. */
const extended = (flags: number, data = u8()): Bytes =>
  all(u8(3, 0, 0, 0), u32(-(4 + data.length)), u32(flags), data);

export const clipboard = {
  caps: (): Bytes => extended(CAPS | REQUEST | PEEK | NOTIFY | PROVIDE | TEXT, u32(1 << 20)),
  request: (): Bytes => extended(REQUEST | TEXT),
  peek: (): Bytes => extended(PEEK),
  notify: (): Bytes => extended(NOTIFY | TEXT),
  provide(text: string): Bytes {
    const bytes = utf8(`${text}\0`);
    return extended(PROVIDE | TEXT, Uint8Array.from(deflateSync(all(u32(bytes.length), bytes))));
  },
};

/** A fence that asks for an answer with the same payload. */
export const fence = (payload: string): Bytes =>
  all(u8(248, 0, 0, 0), u32((1 << 31) | 3), u8(payload.length), latin1(payload));

/** The first of these messages offers continuous updates. */
export const endOfContinuousUpdates = (): Bytes => u8(150);

export const xvp = (code: number): Bytes => u8(250, 0, 1, code);
