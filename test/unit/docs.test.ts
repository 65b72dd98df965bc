import { readdirSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Websock } from '../../src/index.js';
import { reconnect } from '../../src/reconnect.js';
import { NAWS, TelnetStream } from '../../src/telnet/index.js';
import { hex } from '../helpers/bytes.js';
import { exportsOf, readDocument, repositoryFile, samplesOf } from '../helpers/documents.js';
import { FakeWebSocket } from '../../src/testing/index.js';

type Talk<T> = (sock: Websock, ...args: string[]) => Promise<T>;

/** The function that the sample defines. */
function sample<T>(name: string, fn: string): Talk<T> {
  return exportsOf<Record<string, Talk<T>>>('reading.md', name)[fn];
}

function connect(): { sock: Websock; channel: FakeWebSocket } {
  const sock = new Websock();
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const turn = (): Promise<void> => new Promise(setImmediate);

/** Plays the server: sends each part byte by byte, then expects the client's answer. */
async function serve(channel: FakeWebSocket, parts: [Uint8Array, answer: string][]): Promise<void> {
  for (const [bytes, answer] of parts) {
    const before = channel.sentBytes.length;
    channel.deliverByteByByte(bytes);
    await turn();
    expect(String.fromCharCode(...channel.sentBytes.slice(before))).toBe(answer);
  }
}

describe.each(['rfb-async', 'rfb-try'])('docs/reading.md: %s', (name) => {
  const handshake = sample<{ width: number; height: number; name: string }>(name, 'handshake');

  it('completes the handshake', async () => {
    const { sock, channel } = connect();
    const result = handshake(sock);
    await serve(channel, [
      [ascii('RFB 003.008\n'), 'RFB 003.008\n'],
      [hex('02 02 01'), '\x01'],
      [hex('00 00 00 00'), '\x01'],
      [hex('04 00 03 00 20 18 00 01 00 ff 00 ff 00 ff 10 08 00 00 00 00 00 00 00 04'), ''],
      [ascii('desk'), ''],
    ]);
    expect(await result).toEqual({ width: 1024, height: 768, name: 'desk' });
  });

  it('rejects with the reason the server gives', async () => {
    const { sock, channel } = connect();
    const result = handshake(sock);
    const refused = expect(result).rejects.toThrow('Too many');
    await serve(channel, [
      [ascii('RFB 003.008\n'), 'RFB 003.008\n'],
      [hex('00 00 00 00 08'), ''],
      [ascii('Too many'), ''],
    ]);
    await refused;
  });

  it.each([
    [1000, ''],
    [1006, 'RFB 003.008\n'],
  ])('fails when the connection ends midway: %i after %j', async (code, received) => {
    const { sock, channel } = connect();
    const result = handshake(sock);
    channel.deliverByteByByte(ascii(received));
    channel.end(code);
    await expect(result).rejects.toThrow(`${code}`);
  });

  it('reads what has arrived before it begins, and leaves the rest', async () => {
    const { sock, channel } = connect();
    channel.deliver(ascii('RFB 003.008\n'));
    channel.deliver(hex('01 01 00 00 00 00'));
    channel.deliver(hex('04 00 03 00 20 18 00 01 00 ff 00 ff 00 ff 10 08 00 00 00 00 00 00 00 01'));
    channel.deliver(ascii('x rest'));
    expect(await handshake(sock)).toMatchObject({ name: 'x' });
    expect(sock.rQshiftStr(sock.rQlen())).toBe(' rest');
  });
});

it('docs/telnet.md: a stream for each connection', async () => {
  const channels: FakeWebSocket[] = [];
  class Noted extends FakeWebSocket {
    constructor() {
      super();
      channels.push(this);
    }
  }
  const sock = new Websock({ WebSocket: Noted });
  sock.on('error', () => {});
  const atOnce = (...[socket, open]: Parameters<typeof reconnect>): void =>
    onTestFinished(reconnect(socket, open, { delay: () => 0 }));
  const given = { sock, url: 'ws://fake/', NAWS, TelnetStream, reconnect: atOnce };
  const code = samplesOf('telnet.md').get('reconnect')!;
  new Function(...Object.keys(given), code)(...Object.values(given));
  for (const at of [0, 1]) {
    await expect.poll(() => channels.length).toBe(at + 1);
    channels[at].open().deliver(hex('ff fd 1f'));
    const willAndSize = hex('ff fb 1f ff fa 1f 00 50 00 18 ff f0');
    await expect.poll(() => channels[at].sentBytes).toEqual([...willAndSize]);
    channels[at].fail();
    channels[at].end(1006);
  }
});

it('docs/troubleshooting.md quotes the bridge’s messages verbatim', () => {
  const [, table = ''] = /^\| the browser or (.*?)^$/ms.exec(readDocument('troubleshooting.md'))!;
  const quotes = [...table.matchAll(/^\| \d+ `(.*?)`/gm)].map(([, quote]) => quote!);
  expect(quotes.length).toBeGreaterThan(5);
  const source = readdirSync('src/bridge', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => repositoryFile(`src/bridge/${name}`))
    .join('');
  expect(quotes.filter((quote) => !source.includes(quote))).toEqual([]);
});
