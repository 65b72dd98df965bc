/**
 * Our socket against third-party VNC servers: directly if they speak WebSocket themselves, through our bridge if they
 * don't. Real programs on loopback, from these Debian packages:
 *
 *     qemu-system-x86 x11vnc xvfb tightvncserver xfonts-base tigervnc-scraping-server
 */
import { expect, test } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { Websock } from '../../src/index.js';
import { startBridge } from '../helpers/bridge.js';
import { lacking } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';
import { startDisplay, startServer } from '../helpers/program.js';

const VERSION = Buffer.from('RFB 003.008\n');
const NONE = 1;

function open(port: number, protocols = ['binary'], options: ClientOptions = {}): Websock {
  class Client extends WebSocket {
    constructor(url: string, offered: string[]) {
      super(url, offered, options);
    }
  }
  const sock = new Websock({ WebSocket: Client as never });
  sock.open(`ws://127.0.0.1:${port}/`, protocols);
  return sock;
}

/** Runs the handshake up to ServerInit (RFC 6143, sections 7.1 to 7.3), without a password. Returns the screen's size. */
async function begin(sock: Websock): Promise<[width: number, height: number]> {
  expect(Buffer.from(await sock.read(VERSION.length))).toEqual(VERSION);
  await sock.write(Uint8Array.from(VERSION));
  const [count] = await sock.read(1);
  expect([...(await sock.read(count))]).toContain(NONE);
  await sock.write(Uint8Array.of(NONE));
  expect([...(await sock.read(4))]).toEqual([0, 0, 0, 0]);
  await sock.write(Uint8Array.of(1));
  const init = Buffer.from(await sock.read(24));
  await sock.read(init.readUInt32BE(20));
  return [init.readUInt16BE(0), init.readUInt16BE(2)];
}

test.skipIf(lacking('qemu-system-x86_64'))('QEMU: -vnc with websocket=', async () => {
  const [vnc, port] = [await freePort(), await freePort()];
  // `-vnc` takes a display number.
  const listen = `127.0.0.1:${vnc - 5900},websocket=${port}`;
  await startServer(
    'qemu-system-x86_64',
    port,
    '-machine',
    'none',
    '-display',
    'none',
    '-vnc',
    listen,
  );
  const sock = open(port);
  const [width, height] = await begin(sock);
  expect(sock.protocol).toBe('binary');
  expect([width > 0, height > 0]).toEqual([true, true]);
  sock.close();
  expect(await sock.closed).toMatchObject({ code: 1000, wasClean: true, by: 'local' });
});

test.skipIf(lacking('x11vnc', 'Xvfb'))('x11vnc, on its VNC port', async () => {
  const display = await startDisplay();
  const port = await freePort();
  const options = '-listen 127.0.0.1 -no6 -nopw -forever -noxdamage -quiet'.split(' ');
  await startServer('x11vnc', port, '-display', display, '-rfbport', `${port}`, ...options);
  // Without an Origin header, libvncserver drops the connection.
  const sock = open(port, ['binary'], { origin: 'http://127.0.0.1' });
  expect(await begin(sock)).toEqual([320, 200]);
  expect(sock.protocol).toBe('binary');
  sock.close();
  // libvncserver ends the TCP connection without a close frame.
  expect(await sock.closed).toMatchObject({ code: 1006, by: 'local' });
});

test.skipIf(lacking('Xtightvnc'))('tightvncserver, through our bridge', async () => {
  const vnc = await freePort();
  // The port number also serves as the display number, which is free: other X servers count from 0.
  const args = `:${vnc} -rfbport ${vnc} -interface 127.0.0.1 -geometry 320x200 -nolisten tcp`;
  await startServer('Xtightvnc', vnc, ...args.split(' '));
  await throughBridge(vnc);
});

test.skipIf(lacking('X0tigervnc', 'Xvfb'))('x0vncserver, through our bridge', async () => {
  const display = await startDisplay();
  const vnc = await freePort();
  const args = `-display ${display} -rfbport ${vnc} -localhost -SecurityTypes None`;
  await startServer('X0tigervnc', vnc, ...args.split(' '));
  await throughBridge(vnc);
});

async function throughBridge(vnc: number): Promise<void> {
  const { port } = await startBridge(vnc);
  const leaving = open(port);
  expect(await begin(leaving)).toEqual([320, 200]);
  leaving.close();
  expect(await leaving.closed).toMatchObject({ code: 1000, wasClean: true, by: 'local' });

  // A version that no server knows: each hangs up, with or without an explanation.
  const refused = open(port);
  await refused.read(VERSION.length);
  await refused.write(Uint8Array.from(Buffer.from('RFB 001.000\n')));
  expect(await refused.closed).toMatchObject({ code: 1000, wasClean: true, by: 'remote' });
}
