/**
 * Random streams of frames, cut into random reads. Most frames are valid, but many streams have a few bytes changed.
 */
import { Buffer } from 'node:buffer';
import type { DecoderOptions } from '../../src/bridge/session/framing/decoder.js';
import { encodeFrame } from '../../src/bridge/session/framing/encoder.js';
import { type Random, weighted } from '../fuzz/random.js';
import { decodeWithOurs, decodeWithWs } from './decode.js';

const OPTIONS = { maxPayload: 400, maxFragments: 5 } as const;

const DATA_OPCODES = weighted([
  [4, 2],
  [2, 1],
  [2, 0],
]);
const OPCODES = weighted([
  [30, 'data'],
  [4, 9],
  [3, 10],
  [2, 8],
  [1, 3],
  [1, 11],
] as [number, 'data' | number][]);
const LENGTHS = weighted([
  [3, [0, 0]],
  [8, [1, 20]],
  [3, [120, 130]],
  [1, [131, 450]],
  [1, [65_530, 65_540]],
] as [number, [number, number]][]);
const CODES = [1000, 1001, 1003, 1004, 1005, 1006, 1007, 1014, 1015, 2999, 3000, 4999, 5000, 0];
const TEXTS = ['', 'a', 'é', '€uro', '😀', '\ud7ff', '\ue000'].map((text) => Buffer.from(text));
const BROKEN = ['c0af', 'eda080', 'f4908080', 'f8', '80', 'e282', 'ff'].map((hex) =>
  Buffer.from(hex, 'hex'),
);

/** Decodes a random stream with both decoders. Returns what differs, with everything needed to reproduce it. */
export function compareDecoders(random: Random): object | undefined {
  const peer = random.pick(['client', 'server'] as const);
  const options: DecoderOptions = { peer, ...OPTIONS };
  const reads = cut(random, mutate(random, makeStream(random, peer)));
  const ours = decodeWithOurs(reads, options);
  // ws accepts this although the RFC forbids it: only the events before it have to match.
  const isStricter = ours.why === 'a length that is not minimally encoded';
  // ws counts a fragment only when all of it has arrived, so the rest follows.
  const isEarlier = ours.code === 1008;
  const theirs = decodeWithWs(isEarlier ? [...reads, FILLER] : reads, options);
  const isSame = isStricter
    ? ours.events.every((event, index) => event === theirs.events[index])
    : ours.code === theirs.code &&
      ours.events.length === theirs.events.length &&
      ours.events.every((event, index) => event === theirs.events[index]) &&
      (isViolation(ours) || ours.why === theirs.why);
  return isSame
    ? undefined
    : { peer, reads: reads.map((read) => read.toString('hex')), ours, theirs };
}

const FILLER = Buffer.alloc(OPTIONS.maxPayload + 14);

function isViolation({ why }: { why: string | undefined }): boolean {
  return why !== undefined && /^(an?|the|text) /.test(why);
}

function makeStream(random: Random, peer: 'client' | 'server'): Buffer {
  const frames: Buffer[] = [];
  // Most streams follow the rule for continuation frames; otherwise hardly any would get far.
  let open = false;
  for (let count = random.between(1, 12); count > 0; count -= 1) {
    const kind = random.pick(OPCODES);
    const isData = kind === 'data';
    let opcode = isData ? random.pick(DATA_OPCODES) : kind;
    if (isData && !random.oneIn(30)) opcode = open ? 0 : Math.max(1, opcode);
    const fin = isData ? !random.oneIn(3) : !random.oneIn(30);
    if (isData) open = !fin;
    const mask = (peer === 'client') !== random.oneIn(60) ? randomMask(random) : undefined;
    frames.push(encodeFrame(opcode, payload(random, opcode), { fin, mask }));
  }
  return Buffer.concat(frames);
}

function payload(random: Random, opcode: number): Buffer {
  if (opcode === 8) return closePayload(random);
  const parts: Buffer[] = [];
  const [least, most] = random.pick(LENGTHS);
  const length = Math.min(random.between(least, most), opcode > 8 && !random.oneIn(20) ? 125 : 1e6);
  if (opcode !== 1) return Buffer.alloc(length, random.below(256));
  while (parts.reduce((sum, part) => sum + part.length, 0) < Math.min(length, 60)) {
    parts.push(random.oneIn(40) ? random.pick(BROKEN) : random.pick(TEXTS.slice(1)));
  }
  return Buffer.concat(parts);
}

function closePayload(random: Random): Buffer {
  if (random.oneIn(4)) return Buffer.alloc(random.below(3));
  const code = Buffer.alloc(2);
  code.writeUInt16BE(random.oneIn(2) ? 1000 : random.pick(CODES));
  return Buffer.concat([code, random.pick(random.oneIn(8) ? BROKEN : TEXTS)]);
}

function randomMask(random: Random): Buffer {
  const mask = Buffer.alloc(4);
  if (!random.oneIn(10)) mask.writeUInt32BE(random.next());
  return mask;
}

/** Changes a few bytes of one stream in three, most of them near its beginning, and cuts off the end of some of these. */
function mutate(random: Random, stream: Buffer): Buffer {
  if (!random.oneIn(3)) return stream;
  const changed = Buffer.from(stream);
  for (let count = random.between(1, 3); count > 0; count -= 1) {
    const at = random.below(random.oneIn(2) ? changed.length : Math.min(changed.length, 40));
    changed[at] = random.oneIn(2) ? random.below(256) : changed[at] ^ (1 << random.below(8));
  }
  return random.oneIn(3) ? changed.subarray(0, random.below(changed.length)) : changed;
}

function cut(random: Random, stream: Buffer): Buffer[] {
  if (random.oneIn(3)) return [stream];
  const reads: Buffer[] = [];
  const most = random.oneIn(3) ? 1 : random.pick([3, 20, 1_000]);
  // Only short streams are read byte by byte: long ones consist of the same frames.
  for (let at = 0; at < stream.length;) {
    const length = stream.length > 5_000 ? random.between(1, 9_000) : random.between(1, most);
    reads.push(stream.subarray(at, at + length));
    at += length;
  }
  return reads;
}
