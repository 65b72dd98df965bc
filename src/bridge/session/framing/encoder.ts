/**
 * Encodes frames (RFC 6455 section 5.2). It does no I/O.
 */
import { CLOSE } from './opcode.js';
import { closePayload } from './close.js';

/** The most bytes that the header of an unmasked frame takes. */
export const HEADER_ROOM = 10;

/** What a frame has besides its opcode and payload. */
export interface FrameOptions {
  /** Whether the frame is the last of its message. Default true. */
  readonly fin?: boolean | undefined;
  /** The 4 bytes that a client's frame is masked with. */
  readonly mask?: Uint8Array | undefined;
}

/** Encodes a whole frame, in a buffer of its own. */
export function encodeFrame(
  opcode: number,
  payload: Uint8Array,
  { fin = true, mask }: FrameOptions = {},
): Buffer {
  const size = headerSize(payload.length);
  const start = size + (mask ? 4 : 0);
  const frame = Buffer.allocUnsafe(start + payload.length);
  writeHeader(frame, 0, (fin ? 0x80 : 0) | opcode, payload.length);
  frame.set(payload, start);
  if (mask) {
    frame[1] |= 0x80;
    frame.set(mask, size);
    for (let i = 0; i < payload.length; i += 1) frame[start + i] ^= mask[i & 3];
  }
  return frame;
}

/** Encodes only the header of an unmasked frame. */
export function encodeHeader(opcode: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(headerSize(length));
  writeHeader(header, 0, 0x80 | opcode, length);
  return header;
}

/** Encodes a close frame, without a code for 1005. */
export function encodeClose(code: number, reason?: string, options?: FrameOptions): Buffer {
  return encodeFrame(CLOSE, closePayload(code, reason), options);
}

/** Makes an unmasked frame in place: writes the header into the `HEADER_ROOM` bytes before the payload in memory. */
export function frameInPlace(opcode: number, { buffer, byteOffset, length }: Buffer): Buffer {
  const size = headerSize(length);
  const frame = Buffer.from(buffer, byteOffset - size, size + length);
  writeHeader(frame, 0, 0x80 | opcode, length);
  return frame;
}

function headerSize(length: number): number {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

function writeHeader(frame: Buffer, at: number, first: number, length: number): void {
  frame[at] = first;
  if (length < 126) {
    frame[at + 1] = length;
  } else if (length < 65_536) {
    frame[at + 1] = 126;
    frame.writeUInt16BE(length, at + 2);
  } else {
    frame[at + 1] = 127;
    frame.writeUInt16BE(0, at + 2);
    frame.writeUIntBE(length, at + 4, 6);
  }
}
