/**
 * Unknown options are refused everywhere, with the names of those that exist.
 */
import { expect, it } from 'vitest';
import { diagnose } from '../../src/diagnose/index.js';
import { flow } from '../../src/flow/index.js';
import { Websock, WebsockCore } from '../../src/index.js';
import { Inspector } from '../../src/inspect/index.js';
import { reconnect } from '../../src/reconnect.js';
import { ECHO, Telnet, TelnetStream } from '../../src/telnet/index.js';
import { FakeWebSocket, playRecording, streamPair } from '../../src/testing/index.js';

const TELNET =
  'local, remote, accepts, areYouThere, terminalTypes, subnegotiationLimit, change, command, prompt, windowSize, ' +
  'terminalType, subnegotiation';
const ends = { send: () => {}, data: () => {} };

/** What takes options, with its options; each takes the options as something that it can't know. */
const takers: [name: string, take: (options: never) => unknown, names: string][] = [
  ['flow()', (options) => flow(options), 'window, replay, retry, keepAlive, url, halfOpen'],
  ['Telnet', (options: object) => new Telnet({ ...ends, ...options }), `send, data, ${TELNET}`],
  [
    'TelnetStream',
    (options) => new TelnetStream(streamPair()[0], options),
    `${TELNET}, receiveLimit, receiveHighWaterMark, inflater`,
  ],
  ['Inspector', (options) => new Inspector(new Websock(), options), 'limit, decoder'],
  [
    'diagnose()',
    (options) => diagnose('ws://127.0.0.1:1', options),
    'protocols, timeout, idle, WebSocket',
  ],
  ['reconnect()', (options) => reconnect(new Websock(), () => {}, options), 'delay, signal'],
  ['deliver()', (options) => new FakeWebSocket().open().deliver('', options), 'sizes'],
  [
    'playRecording()',
    (options) => playRecording(new FakeWebSocket(), [], options),
    'sizes, client',
  ],
];

it.each(takers)('%s refuses an unknown option', async (_, take, names) => {
  const misspelt = { [`${names.split(', ').at(-1)}s`]: undefined } as never;
  const rule = `Cannot use the option ${Object.keys(misspelt)[0]}: the options are ${names}`;
  await expect(async () => take(misspelt)).rejects.toThrow(new TypeError(rule));
});

it.each([Websock, WebsockCore])('%o refuses an unknown option', (Socket) => {
  const misspelt = { reciveLimit: 1 } as object;
  expect(() => new Socket(misspelt)).toThrow('Cannot use the option reciveLimit: the options are ');
});

it('an instance of a class may have members of its own', async () => {
  class Session {
    readonly name = 'a session';
    readonly remote = [ECHO];
    heard = '';
    change(side: string): void {
      this.heard += side;
    }
  }
  const session = new Session();
  const [near, far] = streamPair();
  const stream = new TelnetStream(near, session);
  await far.writable.getWriter().write(Uint8Array.of(255, 251, ECHO, 97));
  expect(await stream.readSome()).toEqual(Uint8Array.of(97));
  expect(stream.telnet.enabled('remote', ECHO)).toBe(true);
  expect(session.heard).toBe('remote');
});
