import { describe, expect, it } from 'vitest';
import { TelnetDecoder } from '../../../src/telnet/index.js';
import { collectGarbage } from '../../helpers/gc.js';
import { bytes, recorder } from './bytes.js';

function decode(
  input: string,
  { binary = false, limit }: { binary?: boolean; limit?: number } = {},
) {
  const { events, decoder } = recorder(limit);
  decoder.binary = binary;
  decoder.push(bytes(input));
  return events;
}

describe('data', () => {
  it.each([
    ['plain', '68 69', ['data 68 69']],
    ['IAC IAC is one 255', '61 ff ff 62', ['data 61 ff 62']],
    ['IAC IAC in a row', 'ff ff ff ff', ['data ff ff']],
    ['CR LF stays', '61 0d 0a 62', ['data 61 0d 0a 62']],
    ['CR NUL is CR', '61 0d 00 62', ['data 61 0d 62']],
    ['CR CR NUL', '0d 0d 00', ['data 0d 0d']],
    ['only the first NUL belongs to the CR', '0d 00 00 62', ['data 0d 00 62']],
    ['NUL elsewhere is data', '00 61 00', ['data 00 61 00']],
    ['CR IAC IAC NUL keeps its NUL', '0d ff ff 00', ['data 0d ff 00']],
    ['CR and anything else', '0d 61', ['data 0d 61']],
  ])('%s', (_, input, events) => expect(decode(input)).toEqual(events));

  it('takes a command between CR and NUL out of the data', () => {
    expect(decode('0d ff f1 00 61')).toEqual(['data 0d', 'command 241', 'data 61']);
  });

  it('keeps CR NUL in BINARY, and unescapes IAC IAC', () => {
    expect(decode('0d 00 0d 0a ff ff', { binary: true })).toEqual(['data 0d 00 0d 0a ff']);
  });

  it('passes on a CR at once, and drops the NUL that comes later', () => {
    const { events, decoder } = recorder();
    decoder.push(bytes('61 0d'));
    expect(events).toEqual(['data 61 0d']);
    decoder.push(bytes('00 62'));
    expect(events).toEqual(['data 61 0d 62']);
  });

  it('a CR in BINARY does not swallow a NUL in the text after it', () => {
    const { events, decoder } = recorder();
    decoder.binary = true;
    decoder.push(bytes('0d'));
    decoder.binary = false;
    decoder.push(bytes('00'));
    expect(events).toEqual(['data 0d 00']);
  });

  it('switches to BINARY in the middle of a chunk, at the negotiation', () => {
    const seen: number[] = [];
    const decoder = new TelnetDecoder({
      data: (data) => seen.push(...data),
      negotiation: () => (decoder.binary = true),
      command() {},
      subnegotiation() {},
    });
    decoder.push(bytes('0d 00 ff fb 00 0d 00'));
    expect(seen).toEqual([13, 13, 0]);
  });

  it('passes on runs as views, not byte by byte', () => {
    const runs: Uint8Array[] = [];
    const decoder = new TelnetDecoder({
      data: (data) => runs.push(data),
      command() {},
      negotiation() {},
      subnegotiation() {},
    });
    const chunk = new Uint8Array(100_000).fill(0x61);
    decoder.push(chunk);
    expect(runs).toHaveLength(1);
    expect(runs[0].buffer).toBe(chunk.buffer);
  });
});

describe('commands and negotiations', () => {
  it('IAC and any number below 250 is a command', () => {
    for (let code = 0; code < 250; code++) {
      expect(decode(`ff ${code.toString(16).padStart(2, '0')} 61`)).toEqual([
        `command ${code}`,
        'data 61',
      ]);
    }
  });

  it.each([251, 252, 253, 254])('IAC %i takes any option, even 255', (verb) => {
    expect(decode(`ff ${verb.toString(16)} 01 ff ${verb.toString(16)} ff 61`)).toEqual([
      `negotiation ${verb} 1`,
      `negotiation ${verb} 255`,
      'data 61',
    ]);
  });
});

describe('subnegotiations', () => {
  it.each([
    ['with a payload', 'ff fa 18 00 61 ff f0 62', ['subnegotiation 24 00 61', 'data 62']],
    ['without one', 'ff fa 18 ff f0', ['subnegotiation 24 ']],
    ['IAC IAC is 255', 'ff fa 1f 00 ff ff 00 18 ff f0', ['subnegotiation 31 00 ff 00 18']],
    ['CR NUL is left alone', 'ff fa 18 0d 00 ff f0', ['subnegotiation 24 0d 00']],
    ['SE without IAC is payload', 'ff fa 18 f0 ff f0', ['subnegotiation 24 f0']],
    ['option 255, doubled', 'ff fa ff ff 01 ff f0', ['subnegotiation 255 01']],
    ['without an option: nothing', 'ff fa ff f0 61', ['data 61']],
    ['broken off by a command', 'ff fa 18 00 ff f1 61', ['command 241', 'data 61']],
    ['broken off by a negotiation', 'ff fa 18 00 ff fb 01 61', ['negotiation 251 1', 'data 61']],
    ['broken off by another one', 'ff fa 18 00 ff fa 1f 01 ff f0', ['subnegotiation 31 01']],
  ])('%s', (_, input, events) => expect(decode(input)).toEqual(events));

  it('are kept up to the limit', () => {
    expect(decode('ff fa 18 01 02 03 ff f0 61', { limit: 3 })).toEqual([
      'subnegotiation 24 01 02 03',
      'data 61',
    ]);
  });

  it('are dropped whole above the limit, and the stream goes on after them', () => {
    const long = 'ff fa 18 01 02 03 04 ff f0 61 ff f1 ff fa 18 01 ff f0';
    expect(decode(long, { limit: 3 })).toEqual(['data 61', 'command 241', 'subnegotiation 24 01']);
  });

  it('have a limit by default, and however long they are, no more than that is kept', () => {
    const used = () => {
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const { events, decoder } = recorder();
    const chunk = new Uint8Array(1024 * 1024).fill(0x61);
    decoder.push(bytes('ff fa 18'));
    decoder.push(chunk);
    const before = used();
    for (let i = 0; i < 16; i++) decoder.push(chunk);
    expect(used() - before).toBeLessThan(chunk.length);
    decoder.push(bytes('ff f0 61'));
    expect(events).toEqual(['data 61']);
  });
});
