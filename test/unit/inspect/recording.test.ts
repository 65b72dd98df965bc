/** An inspector's records as a recording, in hex, and as text. */
import { describe, expect, it } from 'vitest';
import { hexDump, printable, toRecording, type InspectRecord } from '../../../src/inspect/index.js';
import { encodeNegotiation, encodeSubnegotiation, NAWS, WILL } from '../../../src/telnet/index.js';
import { hex, join, pattern } from '../../helpers/bytes.js';

const utf8 = (text: string) => new TextEncoder().encode(text);
const started = new Date('2026-01-02T03:04:05Z');

function records(...given: [InspectRecord['kind'], number, Uint8Array<ArrayBuffer>][]) {
  return given.map(([kind, time, bytes], number): InspectRecord => {
    return { number, time, kind, bytes, length: bytes.length, notes: [] };
  });
}

describe('a recording', () => {
  it('for noVNC holds every byte, and is ASCII JavaScript', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const given = records(
      ['event', 0, hex('')],
      ['received', 12.4, all],
      ['sent', 20, utf8("it's \\")],
    );
    const script = toRecording(given, 'novnc', started);
    const frames = new Function(`${script}; return VNC_frame_data;`)() as string[];
    const latin1 = String.fromCharCode(...all);
    expect(frames).toEqual([`{12{${latin1}`, "}20}it's \\", 'EOF']);
    expect(script).toMatch(/^[\n -~]*$/);
  });

  it('as an asciicast holds the text, without telnet commands, and the window sizes', () => {
    const size = encodeSubnegotiation(NAWS, hex('00 64 00 1e'));
    const given = records(
      ['received', 0, join([utf8('caf'), encodeNegotiation(WILL, 1), hex('c3')])],
      ['received', 5, hex('a9 0d 0a')],
      ['sent', 1500, join([size, utf8('ls')])],
    );
    expect(toRecording(given, 'asciicast', started).trimEnd().split('\n')).toEqual([
      '{"version":2,"width":80,"height":24,"timestamp":1767323045}',
      '[0,"o","caf"]',
      String.raw`[0.005,"o","é\r\n"]`,
      '[1.5,"r","100x30"]',
      '[1.5,"i","ls"]',
    ]);
  });
});

describe('readable bytes', () => {
  it('are hex in lines of 16, with their characters', () => {
    expect(hexDump(join([utf8('login: \r\n'), hex('ff fb 01 7f 00 80 7e'), hex('41')]))).toBe(
      '00000000  6c 6f 67 69 6e 3a 20 0d 0a ff fb 01 7f 00 80 7e  login: ........~\n' +
        `00000010  41${' '.repeat(47)}A`,
    );
    expect(hexDump(hex(''))).toBe('');
    expect(hexDump(pattern(1000)).split('\n')).toHaveLength(63);
  });

  it('are text where they are valid UTF-8', () => {
    expect(printable(utf8('é\t\x1b[1m\\\r\n'))).toBe(String.raw`é\t\x1b[1m\\\r\n`);
    expect(printable(hex('41 ff fb e9'))).toBe(String.raw`A\xff\xfb\xe9`);
  });
});
