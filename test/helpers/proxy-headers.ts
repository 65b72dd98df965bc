/**
 * Random PROXY headers, good and broken.
 */
import { isIP } from 'node:net';
import { readProxyHeader } from '../../src/bridge/port/proxy-protocol/header.js';
import type { Random } from '../fuzz/random.js';

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');

/** A version 2 header with this command (4 bits), family and protocol (8 bits), and body. */
export function headerV2(command: number, family: number, body: Uint8Array): Buffer {
  const fixed = Buffer.from([0x20 | command, family, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([SIGNATURE, fixed, body]);
}

/** `length` random bytes. */
export function bytesOf(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** A random header, well-formed or with some bytes changed, and random bytes after it. */
export function makeHeader(random: Random): Buffer {
  const address = () => Array.from({ length: 4 }, () => random.below(300)).join('.');
  const kinds = [
    () =>
      `PROXY TCP4 ${address()} ${address()} ${random.below(70_000)} ${random.below(70_000)}\r\n`,
    () => `PROXY TCP6 2001:db8::${random.below(10_000)} ::1 ${random.below(65_536)} 443\r\n`,
    () => 'PROXY UNKNOWN what follows is ignored\r\n',
    () => headerV2(random.below(3), random.below(0x40), bytesOf(random, random.below(300))),
    () => headerV2(1, 0x11, bytesOf(random, 12)),
    () => headerV2(1, 0x21, bytesOf(random, 36)),
    () =>
      headerV2(
        1,
        0x11,
        Buffer.concat([bytesOf(random, 12), Buffer.from([0x20, 0, 5, 1, 0, 0, 0, 0])]),
      ),
    () => bytesOf(random, random.below(64)),
  ];
  const head = Buffer.from(random.pick(kinds)());
  for (let count = random.below(3); count > 0 && head.length > 0; count -= 1) {
    head[random.below(head.length)] = random.below(256);
  }
  return Buffer.concat([head, bytesOf(random, random.below(8))]);
}

/**
 * Reads a random header whole and byte by byte, and says what is wrong: different results, a length beyond the end, or an
 * invalid address. An exception of the reader passes through.
 */
export function checkHeader(random: Random): string | undefined {
  const bytes = makeHeader(random);
  const whole = readProxyHeader(bytes);
  let end = 0;
  let cut = readProxyHeader(bytes.subarray(0, end));
  while (cut === 'incomplete' && end < bytes.length) {
    end += 1;
    cut = readProxyHeader(bytes.subarray(0, end));
  }
  if (JSON.stringify(cut) !== JSON.stringify(whole)) return `cut: ${JSON.stringify([cut, whole])}`;
  if (typeof whole === 'string') return undefined;
  if (whole.length > bytes.length) return `${whole.length} bytes of ${bytes.length}`;
  const ends = [whole.source, whole.destination].filter((each) => each !== undefined);
  const bad = ends.find(({ host, port }) => isIP(host) === 0 || !(port >= 0 && port <= 65_535));
  return bad && `invalid address: ${JSON.stringify(bad)}`;
}
