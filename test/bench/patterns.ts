/**
 * How protocols read: each pattern is a message handler, written the way it would be for noVNC's Websock.
 */
import type { Reader } from './subjects.js';

export const SIZES = [16, 64, 1448, 16 * 1024, 64 * 1024, 1024 * 1024];

export interface Pattern {
  readonly name: string;
  /** The least number of bytes in a run. */
  readonly bytes: (size: number) => number;
  /** Whether the messages hold ASCII only; default: any bytes. */
  readonly ascii?: boolean;
  /**
   * Makes the handler for messages of `size` bytes. It uses nothing outside itself: each subject gets its own compiled
   * copy, so that none pays for another's shapes in an inline cache. The handler returns a value made from what it
   * read, so that no read can be optimised away.
   */
  readonly make: (size: number) => (reader: Reader) => number;
}

const MB = 1e6;
const few = (size: number): number => (size < 1000 ? 1 * MB : 2 * MB);
const many = (size: number): number => (size < 1000 ? 4 * MB : 32 * MB);

export const patterns: readonly Pattern[] = [
  {
    name: 'shift8',
    bytes: few,
    make: () => (reader) => {
      let sum = 0;
      for (let n = reader.rQlen(); n > 0; n--) sum += reader.rQshift8();
      return sum;
    },
  },
  {
    name: 'shift16',
    bytes: few,
    make: () => (reader) => {
      let sum = 0;
      for (let n = reader.rQlen() >> 1; n > 0; n--) sum += reader.rQshift16();
      return sum;
    },
  },
  {
    name: 'shift32',
    bytes: few,
    make: () => (reader) => {
      let sum = 0;
      for (let n = reader.rQlen() >> 2; n > 0; n--) sum += reader.rQshift32();
      return sum;
    },
  },
  {
    name: 'views',
    bytes: many,
    make: (size) => (reader) => reader.rQshiftBytes(size, false)[size - 1],
  },
  {
    name: 'copies',
    bytes: many,
    make: (size) => (reader) => reader.rQshiftBytes(size)[size - 1],
  },
  {
    name: 'into a buffer',
    bytes: many,
    make: (size) => {
      const target = new Uint8Array(size);
      return (reader) => {
        reader.rQshiftTo(target, size);
        return target[size - 1];
      };
    },
  },
  {
    name: 'header + payload',
    bytes: (size) => many(size) / 2,
    make: () => {
      let payload = -1;
      return (reader) => {
        let sum = 0;
        for (;;) {
          if (payload < 0) {
            if (reader.rQwait('header', 12)) return sum;
            sum += reader.rQshift8() + reader.rQshift8();
            sum += reader.rQshift16() + reader.rQshift32() + reader.rQshift32();
            payload = 1000;
          }
          if (reader.rQwait('payload', payload)) return sum;
          sum += reader.rQshiftBytes(payload, false)[0];
          payload = -1;
        }
      };
    },
  },
  {
    name: '6 MB frames',
    bytes: (size) => (size < 1000 ? 12 * MB : 60 * MB),
    make: () => (reader) => {
      if (reader.rQwait('frame', 6_000_000)) return 0;
      return reader.rQshiftBytes(6_000_000, false)[5_999_999];
    },
  },
  {
    name: '6 MB into a buffer',
    bytes: (size) => (size < 1000 ? 12 * MB : 60 * MB),
    make: () => {
      const target = new Uint8Array(6_000_000);
      return (reader) => {
        if (reader.rQwait('frame', 6_000_000)) return 0;
        reader.rQshiftTo(target, 6_000_000);
        return target[5_999_999];
      };
    },
  },
  {
    name: 'strings, ASCII',
    bytes: (size) => many(size) / 4,
    ascii: true,
    make: (size) => (reader) => reader.rQshiftStr(size).charCodeAt(size - 1),
  },
  {
    name: 'strings, any bytes',
    bytes: (size) => many(size) / 4,
    make: (size) => (reader) => reader.rQshiftStr(size).charCodeAt(size - 1),
  },
];
