/**
 * Recordings in `websock-client/testing`: what is accepted, what is rejected, and how they are played.
 */
import { describe, expect, it } from 'vitest';
import { Websock } from '../../src/index.js';
import {
  FakeDataChannel,
  FakeWebSocket,
  parseRecording,
  playRecording,
  RecordingParser,
  type RecordedPart,
} from '../../src/testing/index.js';

const SCRIPT = String.raw`var VNC_frame_data = [
'{0{RFB 003.008\n',
'}12}\x00\xfF\'\\"\r\t\0\u00e9{',
"}12.5}it's",

'{300{{300{é',
'EOF'];
`;

const CAST = [
  { version: 2, width: 80, height: 24, timestamp: 1 },
  [0.0015, 'o', 'grüß\r\n'],
  [1.5, 'i', 'ls\r'],
  [2, 'r', '100x30'],
  [2, 'm', 'a marker'],
]
  .map((line) => JSON.stringify(line))
  .join('\r\n');

/** The parts in short form, with their bytes as numbers. */
const show = (parts: RecordedPart[]): unknown[] =>
  parts.map(({ from, time, bytes, size }) => [from, time, [...bytes], ...(size ? [size] : [])]);

const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];

describe('a recording', () => {
  it('is read from noVNC’s script, with every way to write a byte', () => {
    expect(show(parseRecording(SCRIPT))).toEqual([
      ['server', 0, utf8('RFB 003.008\n')],
      ['client', 12, [0x00, 0xff, 0x27, 0x5c, 0x22, 0x0d, 0x09, 0x00, 0xe9, 0x7b]],
      ['client', 12.5, utf8("it's")],
      ['server', 300, [...utf8('{300{'), 0xe9]],
    ]);
  });

  it('is read from an asciicast, with the sizes of the terminal', () => {
    expect(show(parseRecording(CAST))).toEqual([
      ['client', 0, [], { columns: 80, rows: 24 }],
      ['server', 2, utf8('grüß\r\n')],
      ['client', 1500, utf8('ls\r')],
      ['client', 2000, [], { columns: 100, rows: 30 }],
    ]);
  });

  it.each([SCRIPT, CAST])('is read in pieces of any size (%#)', (text) => {
    for (const size of [1, 7, 64]) {
      const parser = new RecordingParser();
      const parts: RecordedPart[] = [];
      for (let at = 0; at < text.length; at += size)
        parts.push(...parser.push(text.slice(at, at + size)));
      parts.push(...parser.end());
      expect(show(parts)).toEqual(show(parseRecording(text)));
    }
  });

  it.each([
    ['', 1, 'the file is empty'],
    ['GIF89a', 1, 'not JSON'],
    ['{}', 1, 'expected var VNC_frame_data = [ or the header of an asciicast'],
    ['null', 1, 'expected var VNC_frame_data'],
    ['{"version":3}', 1, 'expected asciicast version 2, got 3'],
    ['{"version":2,"width":0,"height":24}', 1, 'expected the size of a terminal, got 0'],
    [`${CAST}\n[1,"r","7"]`, 6, 'expected the size of a terminal, got NaN'],
    [`${CAST}\n[1,"o"]`, 6, 'expected [seconds, "code", "text"]'],
    [`${CAST}\n[1,"o","cut o`, 6, 'not JSON'],
    [SCRIPT.replace("'EOF'];", ''), 8, "not 'EOF'];"],
    [`${SCRIPT}'{0{more',`, 8, "expected nothing after 'EOF'"],
    ["var VNC_frame_data = [\n'{0}mixed',\n'EOF'];", 2, "expected '{MS{DATA', or '}MS}DATA',"],
    ["var VNC_frame_data = [\n'{0{open\n", 2, "expected '{MS{DATA'"],
    [String.raw`var VNC_frame_data = [${'\n'}'{0{\x4',`, 2, 'expected 2 hex digits, got "4"'],
    ["var VNC_frame_data = [\n'{0{\u20ac',", 2, 'expected bytes, got the character 8364'],
    ["var VNC_frame_data = [\n'{0{\\',", 2, 'expected bytes, got the character NaN'],
  ])('is refused with the line number (%#)', (text, line, why) => {
    const read = () => parseRecording(text);
    expect(read).toThrow(SyntaxError);
    expect(read).toThrow(`Cannot read line ${line} of the recording: `);
    expect(read).toThrow(why);
  });

  it('is refused if a line is too long', () => {
    const parser = new RecordingParser();
    parser.push('var VNC_frame_data = [\n');
    const piece = 'a'.repeat(1024 * 1024);
    const read = (): void => {
      for (let i = 0; i < 17; i++) parser.push(piece);
    };
    expect(read).toThrow('line 2 of the recording: it has more than 16777216 characters');
  });
});

describe.each([
  ['FakeWebSocket', FakeWebSocket],
  ['FakeDataChannel', FakeDataChannel],
])('playRecording on a %s', (_, Channel) => {
  const recording = String.raw`var VNC_frame_data = [
'{5{one',
'}6}ab',
'}7}c',
'{8{two',
'EOF'];`;

  /** Starts playing the recording to a client. */
  function start(options?: Parameters<typeof playRecording>[2]) {
    const channel = new Channel().open();
    const sock = new Websock();
    sock.attach(channel);
    const played = playRecording(channel, recording, options);
    played.catch(() => {});
    return { channel, sock, played };
  }

  const text = async (sock: Websock, size: number): Promise<string> =>
    new TextDecoder().decode(await sock.read(size));

  it('waits for the bytes the client sent, in whatever pieces they arrive', async () => {
    const { sock, played } = start();
    expect(await text(sock, 3)).toBe('one');
    sock.send('a');
    await Promise.resolve();
    sock.send('bc');
    expect(sock.rQlen()).toBe(0);
    await played;
    expect(await text(sock, 3)).toBe('two');
  });

  it('counts bytes sent by the client before it starts', async () => {
    const channel = new Channel().open();
    channel.send(Uint8Array.from(utf8('abc')));
    await playRecording(channel, parseRecording(recording));
  });

  it.each([
    ['aBc', 'byte 1 of the recorded client is 0x62, but this one sent 0x42'],
    ['abcd', 'byte 3 of the recorded client is past its end, but this one sent 0x64'],
  ])('rejects where the client differs: %s', async (sent, why) => {
    const { channel, sock, played } = start();
    sock.send(sent);
    await expect(played).rejects.toThrow(why);
    expect(channel.onclient).toBeNull();
  });

  it('rejects where the client closes', async () => {
    const { sock, played } = start();
    sock.send('a');
    sock.close();
    await expect(played).rejects.toThrow(
      'byte 1 of the recorded client is 0x62, but this one closed',
    );
  });

  it('can wait for any bytes, or for none', async () => {
    const any = start({ client: 'any' });
    any.sock.send('xyz!');
    await any.played;
    const none = start({ client: 'none', sizes: [1] });
    await none.played;
    expect(await text(none.sock, 6)).toBe('onetwo');
  });
});
