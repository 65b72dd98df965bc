/** Telnet negotiation as seen by an observer between the two ends. */
import { describe, expect, it } from 'vitest';
import { TelnetObserver } from '../../../src/inspect/index.js';
import {
  BINARY,
  DO,
  DONT,
  ECHO,
  encodeCommand,
  encodeNegotiation,
  encodeSubnegotiation,
  AYT,
  MCCP2,
  NAWS,
  Telnet,
  TERMINAL_TYPE,
  WILL,
  WONT,
} from '../../../src/telnet/index.js';
import { hex, join } from '../../helpers/bytes.js';

const states = (observer: TelnetObserver) =>
  observer.options.map(({ name, local, remote }) => [name, local.state, remote.state]);

describe('a telnet observer', () => {
  it('names commands that arrive byte by byte', () => {
    const observer = new TelnetObserver();
    const bytes = join([
      Uint8Array.of(65),
      encodeNegotiation(WILL, ECHO),
      encodeCommand(AYT),
      encodeSubnegotiation(TERMINAL_TYPE, hex('01')),
      encodeNegotiation(DO, 250),
    ]);
    const notes = [...bytes].flatMap((byte) => observer.decode('received', Uint8Array.of(byte)));
    expect(notes).toEqual(['WILL ECHO', 'AYT', 'SB TERMINAL-TYPE SEND', 'DO 250']);
  });

  it('describes the payloads of common options', () => {
    const observer = new TelnetObserver();
    const note = (option: number, payload: Uint8Array) =>
      observer.decode('sent', encodeSubnegotiation(option, payload))[0];
    expect(note(NAWS, hex('00 50 00 18'))).toBe('SB NAWS 80x24');
    expect(note(TERMINAL_TYPE, hex('00 78 74'))).toBe('SB TERMINAL-TYPE IS xt');
    expect(note(70, hex('01 41'))).toBe('SB MSSP \\x01A');
  });

  it('follows each option at both ends', () => {
    const observer = new TelnetObserver();
    observer.decode('received', encodeNegotiation(WILL, ECHO));
    expect(states(observer)).toEqual([['ECHO', 'off', 'pending']]);
    observer.decode('sent', encodeNegotiation(DO, ECHO));
    observer.decode('received', encodeNegotiation(DO, NAWS));
    observer.decode('sent', encodeNegotiation(WONT, NAWS));
    expect(states(observer)).toEqual([
      ['ECHO', 'off', 'on'],
      ['NAWS', 'off', 'off'],
    ]);
    expect(observer.options[1].local).toEqual({ state: 'off', sent: 'WONT', received: 'DO' });
    observer.decode('sent', encodeNegotiation(DONT, ECHO));
    expect(states(observer)[0]).toEqual(['ECHO', 'off', 'off']);
  });

  it('agrees with the two ends it watches', () => {
    const observer = new TelnetObserver();
    const queue: [Telnet, 'sent' | 'received', Uint8Array][] = [];
    const end = (to: () => Telnet, direction: 'sent' | 'received', options: object) =>
      new Telnet({
        send: (bytes) => void queue.push([to(), direction, bytes]),
        data() {},
        ...options,
      });
    const client: Telnet = end(() => server, 'sent', { local: [NAWS, BINARY], remote: [ECHO] });
    const server: Telnet = end(() => client, 'received', { local: [ECHO], remote: [BINARY] });
    server.enable('local', ECHO);
    server.enable('remote', NAWS);
    server.enable('remote', TERMINAL_TYPE);
    client.enable('local', BINARY);
    for (let item; (item = queue.shift());) {
      const [to, direction, bytes] = item;
      observer.decode(direction, bytes);
      to.receive(bytes);
    }
    for (const { option, local, remote } of observer.options) {
      expect([local.state === 'on', remote.state === 'on']).toEqual([
        client.enabled('local', option),
        client.enabled('remote', option),
      ]);
    }
    expect(states(observer)).toEqual([
      ['ECHO', 'off', 'on'],
      ['NAWS', 'on', 'off'],
      ['TERMINAL-TYPE', 'off', 'off'],
      ['BINARY', 'on', 'off'],
    ]);
  });

  it('stops reading a direction once it is compressed', () => {
    const observer = new TelnetObserver();
    const start = encodeSubnegotiation(MCCP2, hex(''));
    const offer = encodeNegotiation(WILL, ECHO);
    expect(observer.decode('received', join([start, offer]))).toEqual([
      'SB MCCP2',
      'compressed from here on',
    ]);
    expect(observer.decode('received', offer)).toEqual([]);
    expect(observer.decode('sent', offer)).toEqual(['WILL ECHO']);
  });

  it('limits its notes on a flood', () => {
    const flood = join(Array.from({ length: 1000 }, () => encodeCommand(AYT)));
    const notes = new TelnetObserver().decode('received', flood);
    expect([notes.length, notes.at(-1)]).toEqual([51, 'and more']);
  });

  it('can start in the middle of a connection', () => {
    const observer = new TelnetObserver((side, option) => side === 'remote' && option === ECHO);
    expect(states(observer)).toEqual([['ECHO', 'off', 'on']]);
    expect(observer.toJSON()).toEqual({ telnet: observer.options });
    observer.decode('received', encodeNegotiation(WONT, ECHO));
    expect(states(observer)).toEqual([['ECHO', 'off', 'off']]);
  });

  it('starts over after reset()', () => {
    const observer = new TelnetObserver();
    observer.decode('received', join([encodeNegotiation(WILL, ECHO), hex('ff')]));
    observer.reset();
    expect(observer.options).toEqual([]);
    expect(observer.decode('received', Uint8Array.of(AYT))).toEqual([]);
  });
});
