/**
 * The subprotocol `base64`, for peers that had no binary messages: each text message is a piece of the stream, encoded on
 * its own.
 */
import type { Codec } from './codec.js';
import { encodeFrame } from './encoder.js';
import { TEXT } from './opcode.js';

export const base64: Codec = {
  readBinary: () => ({ code: 1003, why: 'a binary message in a base64 session' }),
  readText: (text) => decode(text) ?? { code: 1007, why: 'text that is not base64' },
  frame: (bytes) => encodeFrame(TEXT, Buffer.from(bytes.toString('base64'), 'latin1')),
  capacity: (size) => Math.max(1, Math.floor(size / 4) * 3),
};

/** Decodes strict base64 (RFC 4648 section 4): Buffer's own decoder skips invalid characters. */
function decode(data: Buffer): Buffer | undefined {
  const text = data.toString('latin1');
  const valid = text.length % 4 === 0 && /^[A-Za-z\d+/]*={0,2}$/.test(text);
  return valid ? Buffer.from(text, 'base64') : undefined;
}
