import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  Telnet,
  encodeCommand,
  encodeData,
  encodeNegotiation,
  encodeSubnegotiation,
  type TelnetSide,
} from '../../src/telnet/index.js';
import { hex, recorder } from '../unit/telnet/bytes.js';

/** Bytes with many that matter: IAC, the commands, CR, LF, NUL and a few options. */
const byte = fc.oneof(
  fc.constantFrom(0, 1, 10, 13, 24, 31, 240, 241, 250, 251, 252, 253, 254, 255, 255, 255),
  fc.nat(255),
);
const stream = fc.array(byte, { maxLength: 200 }).map((bytes) => Uint8Array.from(bytes));

/** `bytes` cut into pieces of these sizes, plus the rest. */
function cut(bytes: Uint8Array, sizes: number[]): Uint8Array[] {
  let start = 0;
  return [...sizes, bytes.length].map((size) => bytes.subarray(start, (start += size)));
}

function decode(chunks: Uint8Array[], binary: boolean, limit?: number): string[] {
  const { events, decoder } = recorder(limit);
  decoder.binary = binary;
  for (const chunk of chunks) decoder.push(chunk);
  return events;
}

describe('decoder', () => {
  it('reports the same events however the bytes are split', () => {
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.nat(12)),
        fc.boolean(),
        fc.nat(8),
        (bytes, sizes, binary, limit) => {
          expect(decode(cut(bytes, sizes), binary, limit)).toEqual(decode([bytes], binary, limit));
        },
      ),
    );
  });

  it('decodes what was encoded, split anywhere, in text and in BINARY', () => {
    const part = fc.oneof(
      stream.map((data) => ({ kind: 'data' as const, data })),
      fc.integer({ min: 236, max: 249 }).map((code) => ({ kind: 'command' as const, code })),
      fc.record({
        kind: fc.constant('negotiation' as const),
        verb: fc.integer({ min: 251, max: 254 }),
        option: byte,
      }),
      fc.record({ kind: fc.constant('subnegotiation' as const), option: byte, data: stream }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.boolean(), (parts, binary) => {
        const expected: string[] = [];
        const encoded = parts.flatMap((item) => {
          switch (item.kind) {
            case 'data':
              if (item.data.length === 0) return [];
              if (expected.at(-1)?.startsWith('data'))
                expected[expected.length - 1] += ` ${hex(item.data)}`;
              else expected.push(`data ${hex(item.data)}`);
              return [...encodeData(item.data, binary)];
            case 'command':
              expected.push(`command ${item.code}`);
              return [...encodeCommand(item.code)];
            case 'negotiation':
              expected.push(`negotiation ${item.verb} ${item.option}`);
              return [...encodeNegotiation(item.verb, item.option)];
            default:
              expected.push(`subnegotiation ${item.option} ${hex(item.data)}`);
              return [...encodeSubnegotiation(item.option, item.data)];
          }
        });
        const bytes = Uint8Array.from(encoded);
        for (let at = 0; at <= bytes.length; at++) {
          expect(decode([bytes.subarray(0, at), bytes.subarray(at)], binary)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Two ends connected to each other; bytes wait in order until `settle()` or `deliver()` moves them. */
function pair(policies: [Policy, Policy]) {
  const queues: Uint8Array[][] = [[], []];
  const received: number[][] = [[], []];
  const ends = policies.map(
    (policy, i) =>
      new Telnet({
        ...policy,
        send: (bytes) => queues[i].push(bytes),
        data: (bytes) => received[i].push(...bytes),
      }),
  );
  const deliver = (from: number) => {
    const bytes = queues[from].shift();
    if (bytes) ends[1 - from].receive(bytes);
  };
  const settle = () => {
    for (let messages = 0; queues[0].length + queues[1].length > 0; messages++) {
      if (messages > 1000) throw new Error('the two ends never settle');
      deliver(0);
      deliver(1);
    }
  };
  return { ends, received, deliver, settle };
}

interface Policy {
  local: number[];
  remote: number[];
}

const option = fc.constantFrom(0, 1, 3, 24, 31, 39);
const policy: fc.Arbitrary<Policy> = fc.record({
  local: fc.array(option),
  remote: fc.array(option),
});
const action = fc.record({
  end: fc.nat(1),
  verb: fc.constantFrom('enable' as const, 'disable' as const, 'deliver' as const),
  side: fc.constantFrom<TelnetSide>('local', 'remote'),
  option,
});

describe('two ends', () => {
  it('settle, whatever they request and whenever it arrives, and agree on every option', () => {
    fc.assert(
      fc.property(policy, policy, fc.array(action, { maxLength: 40 }), (a, b, actions) => {
        const { ends, deliver, settle } = pair([a, b]);
        for (const { end, verb, side, option: number } of actions) {
          if (verb === 'deliver') deliver(end);
          else ends[end][verb](side, number);
        }
        settle();
        for (const number of [0, 1, 3, 24, 31, 39]) {
          expect(ends[0].enabled('local', number)).toBe(ends[1].enabled('remote', number));
          expect(ends[0].enabled('remote', number)).toBe(ends[1].enabled('local', number));
        }
      }),
    );
  });

  it('carry any bytes, in text and in BINARY', () => {
    fc.assert(
      fc.property(stream, fc.boolean(), (bytes, binary) => {
        const all = { local: [0], remote: [0] };
        const { ends, received, settle } = pair([all, all]);
        if (binary) ends[0].enable('local', 0);
        settle();
        ends[0].write(bytes);
        settle();
        expect(Uint8Array.from(received[1])).toEqual(bytes);
      }),
    );
  });
});

describe('hostile bytes', () => {
  it('never throw, and are never answered with more than a small multiple of their size', () => {
    const longest = 40 + 6;
    fc.assert(
      fc.property(fc.array(stream), (chunks) => {
        let sent = 0;
        const all = Array.from({ length: 256 }, (_, i) => i);
        const telnet = new Telnet({
          send: (bytes) => (sent += bytes.length),
          data() {},
          local: all,
          remote: all,
          terminalTypes: ['x'.repeat(40)],
        });
        let received = 0;
        for (const chunk of chunks) {
          telnet.receive(chunk);
          received += chunk.length;
        }
        expect(sent).toBeLessThanOrEqual((received / 2) * longest);
      }),
    );
  });
});
