import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../src/flow/message.js';

const NAME = 'a'.repeat(22);
const parse = (message: object): unknown => parseMessage(JSON.stringify(message));

describe('control messages', () => {
  it.each([
    { session: NAME, linger: 120_000, limit: 65_536 },
    { session: `${NAME}-_`, linger: 0, limit: 0, route: 'w2' },
    { resume: NAME, try: 1, by: 'I', received: 0, limit: 65_536 },
    {
      resume: NAME,
      try: 9,
      by: 'I',
      of: ['P', 'Q'],
      received: 0,
      limit: 1,
      ended: true,
      left: true,
    },
    { received: 0, limit: Number.MAX_SAFE_INTEGER },
    { received: 5, limit: 4, ended: true },
    { end: 7 },
    { end: 7, leave: true },
    { reset: 'the target is gone' },
    { ping: 1 },
    { pong: 0 },
  ])('are read: %j', (message) => {
    expect(parse(message)).toEqual(message);
  });

  it('may have unknown members, which are dropped', () => {
    expect(parse({ ping: 1, colour: 'red' })).toEqual({ ping: 1 });
    expect(parse({ colour: 'red' })).toBeUndefined();
    expect(parse({})).toBeUndefined();
  });

  it.each([
    { session: 'a'.repeat(21), linger: 0, limit: 0 },
    { session: 'a'.repeat(129), linger: 0, limit: 0 },
    { session: `${NAME}!`, linger: 0, limit: 0 },
    { session: NAME, limit: 0 },
    { session: NAME, linger: 0, limit: 0, route: 5 },
    { resume: NAME, try: 1, received: 0, limit: 0 },
    { resume: NAME, try: 1, by: '', received: 0, limit: 0 },
    { resume: NAME, try: 1, by: 'I', of: 'P', received: 0, limit: 0 },
    { resume: NAME, try: 1, by: 'I', of: [1], received: 0, limit: 0 },
    { received: 0 },
    { received: -1, limit: 0 },
    { received: 0.5, limit: 0 },
    { received: '0', limit: 0 },
    { received: null, limit: 0 },
    { received: 2 ** 53, limit: 0 },
    { received: 0, limit: 0, ended: 1 },
    { end: 0, leave: 'yes' },
    { reset: 1 },
    { ping: true },
  ])('are refused: %j', (message) => {
    expect(parse(message)).toBeNull();
  });

  it.each([
    '',
    'null',
    '5',
    '"ping"',
    '[]',
    '[{"ping":1}]',
    '{"ping":1',
    '{"ping":1}{"ping":1}',
    '{"ping":1e400}',
  ])('must be one JSON object, unlike %s', (text) => {
    expect(parseMessage(text)).toBeNull();
  });

  it('are limited to 1,024 bytes, not code units', () => {
    const padded = (pad: string): string => `{"ping":1,"pad":"${pad}"}`;
    const rest = 1024 - padded('').length;
    expect(parseMessage(padded('x'.repeat(rest)))).toEqual({ ping: 1 });
    expect(parseMessage(padded('x'.repeat(rest + 1)))).toBeNull();
    expect(parseMessage(padded('é'.repeat(rest / 2)))).toEqual({ ping: 1 });
    expect(parseMessage(padded('é'.repeat(rest / 2 + 1)))).toBeNull();
  });

  it('are not fooled by a `__proto__` member', () => {
    expect(parseMessage('{"__proto__":{"ping":1}}')).toBeUndefined();
    expect(parseMessage('{"received":0,"__proto__":{"limit":1}}')).toBeNull();
  });
});
