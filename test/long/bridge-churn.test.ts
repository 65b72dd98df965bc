/**
 * Strangers that connect, do anything and leave at any moment, with and without TLS, to targets that behave no better:
 * they leave nothing behind. Needs `npm run build` and openssl.
 */
import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { expect, test, vi } from 'vitest';
import { frame, handshake, startTarget } from '../helpers/bridge.js';
import { echo, listenCommand, makeCertificate, makeDirectory } from '../helpers/command.js';
import { lacking, skip } from '../helpers/need.js';

const TIME = 20_000;
const STRANGERS = 100;

function pick<T>(list: readonly T[]): T {
  return list[randomInt(list.length)]!;
}

/** Things that targets do with a connection. */
const TARGETS: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.pipe(socket),
  (socket) => socket.end('bye'),
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.pause(),
  (socket) => socket.write(randomBytes(4 * 1024 * 1024)),
];

const PATHS = ['one', 'one', 'one', 'away', 'cloud', 'unknown'].map((name) => `/?token=${name}`);
const FILES = ['/', '/big', '/healthz', '/none'];
const OFFERS = [undefined, 'binary', 'base64', 'mqtt'];

/** A stranger's bytes: a request, complete or cut, perhaps followed by frames or noise. */
function anything(): Buffer {
  if (randomInt(3) === 0)
    return Buffer.from(`GET ${pick(FILES)} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const headers = {
    'Sec-WebSocket-Protocol': pick(OFFERS),
    Origin: pick([undefined, undefined, 'http://evil.example']),
  };
  const text = Buffer.from(handshake(headers).replace('GET / ', `GET ${pick(PATHS)} `));
  const more = [
    Buffer.alloc(0),
    frame(0x82, randomBytes(randomInt(2_000))),
    Buffer.concat([
      frame(0x81, 'text'),
      frame(0x89, 'ping'),
      frame(0x88, 'x'.repeat(randomInt(4))),
    ]),
    randomBytes(randomInt(3_000)),
  ];
  return randomInt(6) === 0
    ? text.subarray(0, randomInt(text.length))
    : Buffer.concat([text, pick(more)]);
}

/** One stranger's visit. */
async function visit(port: number): Promise<void> {
  const raw = connect(port, '127.0.0.1').on('error', () => {});
  const closed = new Promise((resolve) => raw.once('close', resolve));
  const isTls = randomInt(2) === 0;
  const socket = isTls ? connectTls({ socket: raw, rejectUnauthorized: false }) : raw;
  socket.on('error', () => raw.destroy());
  socket.once(isTls ? 'secureConnect' : 'connect', async () => {
    socket.write(anything());
    if (randomInt(4) > 0) socket.resume();
    await setTimeout(pick([0, 0, 1, 5, 50]));
    pick([() => raw.destroy(), () => raw.resetAndDestroy(), () => socket.end(), () => {}])();
  });
  if (randomInt(10) === 0) await setTimeout(randomInt(4)).then(() => raw.destroy());
  // A stranger that stays idle leaves in the end.
  await Promise.race([closed, setTimeout(1_500)]);
  socket.destroy();
  raw.destroy();
}

const reason =
  lacking('openssl') ?? (process.platform === 'linux' ? undefined : skip('/proc is missing'));
test.skipIf(reason)(
  'random clients leave no sessions or descriptors behind',
  async () => {
    const target = await startTarget((socket) => pick(TARGETS)(socket));
    const good = await startTarget((socket) => socket.pipe(socket));
    const directory = makeDirectory();
    const { cert, key } = makeCertificate(directory, 'one');
    const web = join(directory, 'web');
    mkdirSync(web);
    writeFileSync(join(web, 'index.html'), 'home');
    writeFileSync(join(web, 'big'), Buffer.alloc(3_000_000));
    const tokens = join(directory, 'tokens');
    const to = (port: number) => `127.0.0.1:${port}`;
    writeFileSync(
      tokens,
      `one: ${to(target.port)}\naway: ${to(1)}\ncloud: 169.254.169.254:80\ngood: ${to(good.port)}\n`,
    );
    const log = join(directory, 'log');
    const options = `--target-config ${tokens} --cert ${cert} --key ${key} --web ${web} --log-file ${log}`;
    const limits = '--max-failures 0 --max-connections 150 --heartbeat 1 --connect-timeout 1';
    const { port, child, said } = await listenCommand(...`${options} ${limits} 0`.split(' '));
    const descriptors = () => readdirSync(`/proc/${child.pid}/fd`).length;
    const before = descriptors();

    const end = performance.now() + TIME;
    let visits = 0;
    const strangers = Array.from({ length: STRANGERS }, async () => {
      for (; performance.now() < end; visits += 1) await visit(port);
    });
    await Promise.all(strangers);
    for (const socket of target.sockets) socket.destroy();

    const events = (name: string) => readFileSync(log, 'utf8').split(` ${name}: `).length - 1;
    await vi.waitFor(() => {
      expect(descriptors()).toBe(before);
      expect(events('opened')).toBe(events('closed'));
    }, 40_000);
    console.log(`${visits} visits, ${events('opened')} sessions, ${events('refused')} refused`);
    expect(events('opened')).toBeGreaterThan(100);
    expect(await echo(`ws://127.0.0.1:${port}/?token=good`)).toBe('word');
    child.kill('SIGINT');
    await once(child, 'exit');
    expect(said()).toMatch(/^Listening on [^\n]*\n$/);
  },
  120_000,
);
