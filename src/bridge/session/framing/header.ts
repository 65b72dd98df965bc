/**
 * The header of a frame (RFC 6455 section 5.2): opcode, length and mask, and what is wrong with them.
 */
import type { Violation } from './close.js';
import { BINARY, CLOSE, CONTINUATION, FIRST_CONTROL, MAX_CONTROL, PONG } from './opcode.js';

/** The longest header: 2 bytes, 8 of length, 4 of mask. */
export const MAX_HEADER = 14;
/** The upper 32 bits of the largest length that a number can hold. */
const MAX_UPPER = 0x1f_ffff;

/** What a frame has to fit. */
export interface Context {
  /** The opcode of the message that has begun; 0 if none has. */
  readonly open: number;
  /** How many more bytes the message may have. */
  readonly room: number;
  /** Whether the peer masks its frames. */
  readonly isMasked: boolean;
}

/** Reads headers, and holds the one that was read last. */
export class FrameHeader {
  opcode = 0;
  /** Whether it is the last frame of its message. */
  isLast = false;
  /** The length of the payload, in bytes. */
  length = 0;
  /** The mask as a little-endian number; 0 if there is none. */
  mask = 0;

  /**
   * Reads the header that begins at `at`, from the bytes before `end`. Returns its size, 0 if more bytes are needed, or a
   * violation as soon as one is known.
   */
  read(
    bytes: Uint8Array,
    at: number,
    end: number,
    { open, room, isMasked }: Context,
  ): number | Violation {
    if (end - at < 2) return 0;
    const first = bytes[at];
    const second = bytes[at + 1];
    const wrong = judge(first, second, open, isMasked);
    if (wrong) return { code: 1002, why: wrong };
    let length = second & 0x7f;
    let size = 2;
    if (length === 126) {
      size = 4;
      if (end - at < size) return 0;
      length = (bytes[at + 2] << 8) | bytes[at + 3];
      if (length < 126) return TOO_LONG_A_LENGTH;
    } else if (length === 127) {
      size = 10;
      if (end - at < size) return 0;
      const upper = readUint32(bytes, at + 2);
      length = upper * 2 ** 32 + readUint32(bytes, at + 6);
      if (upper > MAX_UPPER) return TOO_LARGE;
      if (length < 65_536) return TOO_LONG_A_LENGTH;
    }
    if (length > room && (first & 0xf) < FIRST_CONTROL) return TOO_LARGE;
    this.mask = 0;
    if (isMasked) {
      size += 4;
      if (end - at < size) return 0;
      const mask = at + size - 4;
      this.mask =
        bytes[mask] | (bytes[mask + 1] << 8) | (bytes[mask + 2] << 16) | (bytes[mask + 3] << 24);
    }
    this.opcode = first & 0xf;
    this.isLast = first >= 0x80;
    this.length = length;
    return size;
  }
}

const TOO_LARGE: Violation = { code: 1009, why: 'a message over the size limit' };
const TOO_LONG_A_LENGTH: Violation = { code: 1002, why: 'a length that is not minimally encoded' };

/** Says what is wrong with the first two bytes, if anything. */
function judge(first: number, second: number, open: number, isMasked: boolean): string | undefined {
  const opcode = first & 0xf;
  if ((first & 0x70) !== 0) return 'a reserved bit';
  if (opcode >= FIRST_CONTROL) {
    if (opcode > PONG) return `the reserved opcode ${opcode}`;
    if (first < 0x80) return 'a fragmented control frame';
    const length = second & 0x7f;
    if (length > MAX_CONTROL) return 'a control frame of more than 125 bytes';
    if (opcode === CLOSE && length === 1) return 'a close frame of one byte';
  } else if (opcode > BINARY) {
    return `the reserved opcode ${opcode}`;
  } else if ((opcode === CONTINUATION) !== (open !== 0)) {
    return open === 0 ? 'a continuation frame outside a message' : 'a new message inside another';
  }
  if (second >= 0x80 === isMasked) return undefined;
  return isMasked ? 'an unmasked frame' : 'a masked frame';
}

function readUint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
