/**
 * Our socket against third-party WebSocket servers. Real programs on loopback, from these Debian packages:
 *
 *     websocketd mosquitto qemu-system-x86
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { Websock } from '../../src/index.js';
import { pattern, same } from '../helpers/bytes.js';
import { exportsOf } from '../helpers/documents.js';
import { lacking } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';
import { startServer } from '../helpers/program.js';

function open(port: number, protocols?: string[]): Websock {
  const sock = new Websock({ WebSocket: WebSocket as never });
  sock.open(`ws://127.0.0.1:${port}/`, protocols);
  return sock;
}

const noWebsocketd = lacking('websocketd');

test.skipIf(noWebsocketd)('websocketd --binary: cat returns every byte', async () => {
  const port = await freePort();
  await startServer('websocketd', port, `--port=${port}`, '--address=127.0.0.1', '--binary', 'cat');
  const sock = open(port);
  const data = pattern(1_000_000);
  await sock.opened;
  for (let at = 0; at < data.length; at += 50_000) {
    const piece = data.slice(at, at + 50_000);
    await sock.write(piece);
    // Piece by piece: websocketd hangs when both pipes of the program, of 64 KiB each, are full.
    expect(same(await sock.read(piece.length), piece)).toBe(true);
  }
  sock.close();
  expect(await sock.closed).toMatchObject({ code: 1000, wasClean: true });
});

test.skipIf(noWebsocketd)('websocketd: lines arrive as text, without their line ends', async () => {
  const port = await freePort();
  await startServer(
    'websocketd',
    port,
    `--port=${port}`,
    '--address=127.0.0.1',
    'printf',
    'a\\nb\\n',
  );
  const sock = open(port);
  let text = '';
  const readAll = async (): Promise<void> => {
    for await (const chunk of sock) text += new TextDecoder().decode(chunk);
  };
  // When the program has ended, websocketd ends the TCP connection without a close frame.
  await expect(readAll()).rejects.toMatchObject({ code: 'ERR_CLOSED', closeCode: 1006 });
  expect(text).toBe('ab');
});

test.skipIf(noWebsocketd)('websocketd picks no subprotocol, and the error says so', async () => {
  const port = await freePort();
  await startServer('websocketd', port, `--port=${port}`, '--address=127.0.0.1', '--binary', 'cat');
  const sock = open(port, ['binary']);
  const errors: string[] = [];
  sock.on('error', (error) => errors.push(error.message));
  await expect(sock.opened).rejects.toMatchObject({ code: 'ERR_CLOSED' });
  expect(errors).toEqual([
    `Cannot open ws://127.0.0.1:${port}/ with the subprotocol binary: Server sent no subprotocol`,
  ]);
});

// Just enough of MQTT 3.1.1, section 3, to send a message and get it back.
const string = (text: string): number[] => [0, text.length, ...Buffer.from(text)];
const packet = (type: number, ...body: number[]): Uint8Array =>
  Uint8Array.of(type, body.length, ...body);
const CONNECT = packet(0x10, ...string('MQTT'), 4, 2, 0, 60, ...string('tests'));
const SUBSCRIBE = packet(0x82, 0, 1, ...string('topic'), 0);
const PUBLISH = packet(0x30, ...string('topic'), ...Buffer.from('payload'));
const DISCONNECT = packet(0xe0);

/** Starts mosquitto; resolves with its port for WebSockets. */
async function startMosquitto(): Promise<number> {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'websock-mqtt-'));
  onTestFinished(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'mosquitto.conf');
  // With only the WebSocket listener, mosquitto ends at once: "Unable to start any listening sockets".
  const listeners = [`listener ${await freePort()} 127.0.0.1`, `listener ${port} 127.0.0.1`];
  writeFileSync(file, `allow_anonymous true\n${listeners.join('\n')}\nprotocol websockets\n`);
  await startServer('mosquitto', port, '-c', file);
  return port;
}

const noMosquitto = lacking('mosquitto');

test.skipIf(noMosquitto)('mosquitto: the sample of docs/recipes.md', async () => {
  const mqtt = exportsOf<{
    openMqtt(sock: Websock, url: string, clientId: string): Promise<void>;
    subscribe(sock: Websock, topic: string): Promise<void>;
    publish(sock: Websock, topic: string, payload: string): Promise<void>;
    readPublished(sock: Websock): AsyncGenerator<{ topic: string; payload: string }>;
  }>('recipes.md', 'mqtt');
  const url = `ws://127.0.0.1:${await startMosquitto()}/`;
  const connect = async (name: string): Promise<Websock> => {
    const sock = new Websock({ WebSocket: WebSocket as never });
    onTestFinished(() => sock.dispose());
    await mqtt.openMqtt(sock, url, name);
    return sock;
  };
  const [reader, writer] = [await connect('reader'), await connect('writer')];
  await mqtt.subscribe(reader, 'news/#');
  const news = mqtt.readPublished(reader);
  const first = news.next();
  // When the reader's own message arrives, the broker has processed the subscription.
  await mqtt.publish(reader, 'news/first', 'é');
  expect((await first).value).toEqual({ topic: 'news/first', payload: 'é' });
  const long = 'x'.repeat(100_000);
  await mqtt.publish(writer, 'olds', 'no');
  await mqtt.publish(writer, 'news/long', long);
  expect((await news.next()).value).toEqual({ topic: 'news/long', payload: long });
});

test.skipIf(noMosquitto)('mosquitto accepts a packet split over two messages', async () => {
  const sock = open(await startMosquitto(), ['mqtt']);
  const next = async (): Promise<[type: number, body: Uint8Array]> => {
    const [type, length] = await sock.read(2);
    return [type, await sock.read(length)];
  };
  await sock.opened;
  expect(sock.protocol).toBe('mqtt');
  await sock.write(CONNECT);
  expect(await next()).toEqual([0x20, Uint8Array.of(0, 0)]);
  await sock.write(SUBSCRIBE);
  expect(await next()).toEqual([0x90, Uint8Array.of(0, 1, 0)]);
  // A packet in two messages: message boundaries carry no meaning.
  await sock.write(PUBLISH.slice(0, 5));
  await sock.write(PUBLISH.slice(5));
  const [type, body] = await next();
  expect([type, Buffer.from(body.subarray(2)).toString()]).toEqual([0x30, 'topicpayload']);
  sock.send(DISCONNECT);
  await sock.closed;
});

test.skipIf(lacking('qemu-system-x86_64'))(
  'QEMU: its monitor, a chardev with websocket=on',
  async () => {
    const port = await freePort();
    const chardev = `socket,id=c,host=127.0.0.1,port=${port},server=on,wait=off,websocket=on`;
    const args = '-machine none -display none -mon chardev=c,mode=readline -chardev';
    await startServer('qemu-system-x86_64', port, ...args.split(' '), chardev);
    const sock = open(port, ['binary']);
    const chunks = sock[Symbol.asyncIterator]();
    const untilPrompt = async (): Promise<string> => {
      let text = '';
      while (!text.endsWith('(qemu) '))
        text += Buffer.from((await chunks.next()).value!).toString();
      return text;
    };
    expect(await untilPrompt()).toMatch(/^QEMU [\d.]+ monitor/);
    expect(sock.protocol).toBe('binary');
    await sock.write(Uint8Array.from(Buffer.from('info version\n')));
    // The echo of the command, then the answer.
    expect(await untilPrompt()).toMatch(/info version.*\r\n\d+\.\d+\.\d+.*\r\n\(qemu\) $/s);
    sock.close();
    expect(await sock.closed).toMatchObject({ code: 1000, wasClean: true, by: 'local' });
  },
);
