/**
 * The script that noVNC's player loads: an array of strings `{MS{DATA` from the target and `}MS}DATA` from the client, in
 * which each character is a byte, with `EOF` at the end.
 *
 * The script is ASCII. The player's page names no charset, so a browser would read anything else as windows-1252.
 */
import { escapeByte } from '../../../inspect/script-byte.js';
import type { Sender, Transcript } from './transcript.js';

/** How each byte is written: as at most four characters in one number, the first in its low byte; and how many they are. */
const [CHARACTERS, LENGTHS] = makeTables();

export class NovncScript implements Transcript {
  begin(): Buffer {
    return Buffer.from('var VNC_frame_data = [\n');
  }

  add(sender: Sender, time: number, bytes: Buffer): Buffer {
    const mark = sender === 'client' ? '}' : '{';
    const head = `'${mark}${Math.round(time)}${mark}`;
    let size = head.length + TAIL.length;
    for (const byte of bytes) size += LENGTHS[byte];
    const line = Buffer.allocUnsafe(size);
    let at = line.write(head, 'latin1');
    for (const byte of bytes) {
      const characters = CHARACTERS[byte];
      const length = LENGTHS[byte];
      for (let i = 0; i < length; i++) line[at++] = characters >>> (8 * i);
    }
    line.write(TAIL, at, 'latin1');
    return line;
  }

  end(): Buffer {
    return Buffer.from("'EOF'];\n");
  }
}

const TAIL = "',\n";

function makeTables(): [Uint32Array, Uint8Array] {
  const characters = new Uint32Array(256);
  const lengths = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const text = escapeByte(byte);
    lengths[byte] = text.length;
    characters[byte] = Buffer.from(text.padEnd(4, '\0'), 'latin1').readUInt32LE();
  }
  return [characters, lengths];
}
