import { describe, expect, it } from 'vitest';
import * as telnet from '../../../src/telnet/index.js';
import { bytes, hex } from './bytes.js';

describe('encodeData', () => {
  it.each([
    ['68 69', '68 69', '68 69'],
    ['ff', 'ff ff', 'ff ff'],
    ['0d 0a', '0d 0a', '0d 0a'],
    ['0d', '0d 00', '0d'],
    ['0d 61', '0d 00 61', '0d 61'],
    ['0d 0d 0a', '0d 00 0d 0a', '0d 0d 0a'],
    ['0d 00', '0d 00 00', '0d 00'],
    ['0d ff', '0d 00 ff ff', '0d ff ff'],
    ['0a', '0a', '0a'],
  ])('%s: text %s, BINARY %s', (data, text, binary) => {
    expect(hex(telnet.encodeData(bytes(data)))).toBe(text);
    expect(hex(telnet.encodeData(bytes(data), true))).toBe(binary);
  });

  it('does not copy data that needs no change', () => {
    const data = bytes('61 0d 0a');
    expect(telnet.encodeData(data)).toBe(data);
  });
});

it('encodes commands, negotiations and subnegotiations', () => {
  expect(hex(telnet.encodeCommand(telnet.AYT))).toBe('ff f6');
  expect(hex(telnet.encodeNegotiation(telnet.WILL, telnet.ECHO))).toBe('ff fb 01');
  expect(hex(telnet.encodeSubnegotiation(telnet.NAWS, bytes('00 ff 0d 18')))).toBe(
    'ff fa 1f 00 ff ff 0d 18 ff f0',
  );
  expect(hex(telnet.encodeSubnegotiation(255, bytes('01')))).toBe('ff fa ff ff 01 ff f0');
});

it('exports the numbers of the RFCs', () => {
  const { IAC, DONT, DO, WONT, WILL, SB, GA, EL, EC, AYT, AO, IP, BRK, DM, NOP, SE } = telnet;
  expect([IAC, DONT, DO, WONT, WILL, SB, GA, EL, EC, AYT, AO, IP, BRK, DM, NOP, SE]).toEqual(
    Array.from({ length: 16 }, (_, i) => 255 - i),
  );
  const { BINARY, ECHO, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, NAWS } = telnet;
  expect([BINARY, ECHO, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, NAWS]).toEqual([0, 1, 3, 24, 31]);
});
