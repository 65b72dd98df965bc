/**
 * Recordings: what is in the files, who may read them, and that a session never depends on them.
 */
import { execFileSync } from 'node:child_process';
import { on, once } from 'node:events';
import {
  closeSync,
  constants,
  open,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import type { BridgeOptions } from '../../../src/bridge/index.js';
import { parseRecording } from '../../../src/testing/index.js';
import {
  closeCode,
  newClient,
  openClient,
  startBridge,
  startEcho,
  startTarget,
} from '../../helpers/bridge.js';
import { makeDirectory } from '../../helpers/command.js';
import { openFlow } from '../../helpers/flow/bridged.js';
import { cuttable } from '../../helpers/flow/cuttable.js';
import { onFullDisk } from '../../helpers/full-disk.js';

type Record = NonNullable<BridgeOptions['record']>;

/** Starts a bridge that records into a directory of its own. */
async function recordTo(port: number, options: Partial<Record> = {}, name = 'desk') {
  const directory = makeDirectory();
  const record = { path: join(directory, name), ...options };
  const running = await startBridge(port, { record });
  const files = () => readdirSync(directory).map((file) => join(directory, file));
  /** Ends the bridge, and resolves with the path of its one recording. */
  const finish = async () => {
    await running.bridge.close();
    expect(files()).toHaveLength(1);
    return files()[0] ?? '';
  };
  return { ...running, directory, files, finish };
}

/** The frames of a recording, as noVNC's page gets them: by running the script. */
function framesOf(file: string): { sender: string; time: number; bytes: Buffer }[] {
  const frames = runInNewContext(`${readFileSync(file, 'latin1')};VNC_frame_data`) as string[];
  expect(frames.at(-1)).toBe('EOF');
  const parts = frames.slice(0, -1).map((frame) => {
    const at = frame.indexOf(frame[0] ?? '', 1) + 1;
    const bytes = Buffer.from(frame.slice(at), 'latin1');
    return { sender: frame[0] ?? '', time: Number(frame.slice(1, at - 1)), bytes };
  });
  // Our own reader must find the same frames.
  const read = parseRecording(readFileSync(file, 'utf8'));
  const marks = { client: '}', server: '{' };
  expect(read.map(({ from, time }) => [marks[from], time])).toEqual(
    parts.map(({ sender, time }) => [sender, time]),
  );
  expect(read.every(({ bytes }, index) => parts[index]?.bytes.equals(bytes))).toBe(true);
  return parts;
}

const bytesOf = (frames: ReturnType<typeof framesOf>, sender: string) =>
  Buffer.concat(frames.filter((frame) => frame.sender === sender).map(({ bytes }) => bytes));

/** Every byte, and sequences that a script or a reader of text could take for something else. */
const EVERYTHING = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  Buffer.from("'\\'\\\\\r\n</script>'EOF'];\u2028{9{}9}\\x41\\0001"),
]);

for (const protocol of ['binary', 'base64']) {
  test(`both directions are recorded, byte by byte (${protocol})`, async () => {
    const { port } = await startEcho();
    const { port: at, finish, files } = await recordTo(port);
    const ws = await openClient(at, [protocol]);
    const messages = on(ws, 'message');
    for (let size = 0; size < 3 * EVERYTHING.length;) {
      ws.send(protocol === 'base64' ? EVERYTHING.toString('base64') : EVERYTHING);
      const end = size + EVERYTHING.length;
      while (size < end) {
        const [data] = (await messages.next()).value as [Buffer];
        size += protocol === 'base64' ? Buffer.from(String(data), 'base64').length : data.length;
      }
    }
    const [name = ''] = files();
    expect(name).toMatch(/\/desk\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.[\da-f]{8}\.js$/);
    expect(statSync(name).mode & 0o777).toBe(0o600);
    ws.close();
    const file = await finish();
    expect(readFileSync(file, 'latin1')).toMatch(
      /^var VNC_frame_data = \[\n[\x20-\x7e\n]*'EOF'\];\n$/,
    );
    const frames = framesOf(file);
    const all = Buffer.concat([EVERYTHING, EVERYTHING, EVERYTHING]);
    expect(bytesOf(frames, '}').equals(all)).toBe(true);
    expect(bytesOf(frames, '{').equals(all)).toBe(true);
    expect(frames[0]?.sender).toBe('}');
    const times = frames.map(({ time }) => time);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });
}

test('each session has a file of its own, and a suffix in the option is not doubled', async () => {
  const { port } = await startTarget((socket) => socket.end('here'));
  const { port: at, bridge, files } = await recordTo(port, {}, 'desk.js');
  for (let i = 0; i < 3; i++) expect(await closeCode(await openClient(at))).toBe(1000);
  await bridge.close();
  expect(files()).toHaveLength(3);
  for (const file of files()) {
    expect(file).toMatch(/\/desk\.2[^/]*\.js$/);
    expect(String(bytesOf(framesOf(file), '{'))).toBe('here');
  }
});

test('a recording ends at its limit; the session goes on', async () => {
  const size = 100_000;
  const { port } = await startTarget((socket) => socket.end(Buffer.alloc(size, 'a')));
  const { port: at, finish, lines } = await recordTo(port, { limit: 1024 });
  const ws = await openClient(at);
  let received = 0;
  ws.on('message', (data: Buffer) => (received += data.length));
  expect(await closeCode(ws)).toBe(1000);
  expect(received).toBe(size);
  const file = await finish();
  expect(statSync(file).size).toBeLessThanOrEqual(1024);
  framesOf(file);
  const told = lines.filter((line) => line.includes('recording'));
  expect(told).toEqual([
    expect.stringMatching(
      /^error: the recording of #1 in \S+ ended: it reached its limit of 1024 bytes$/,
    ),
  ]);
});

test('a file that can not be made costs the recording, not the session', async () => {
  const { port } = await startTarget((socket) => socket.end('here'));
  const { port: at, bridge, lines, directory } = await recordTo(port);
  rmdirSync(directory);
  expect(await closeCode(await openClient(at))).toBe(1000);
  await bridge.close();
  mkdirSync(directory);
  const told = lines.filter((line) => line.includes('recording'));
  expect(told).toEqual([expect.stringMatching(/#1 in .* ended: ENOENT/)]);
});

test('a disk that hangs costs the recording, and a bounded amount of memory', async () => {
  const { port } = await startEcho();
  const { port: at, bridge, logged, directory, lines } = await recordTo(port);
  // This is what a hanging disk does: it occupies the threads that work with files.
  const fifo = join(directory, 'fifo');
  execFileSync('mkfifo', [fifo]);
  const hung = Array.from(
    { length: 4 },
    () =>
      new Promise<number>((resolve) => {
        open(fifo, 'r', (_, file) => resolve(file));
      }),
  );
  const ws = await openClient(at);
  const block = Buffer.alloc(1024 * 1024, 'a');
  const before = process.memoryUsage().arrayBuffers;
  let received = 0;
  ws.on('message', (data: Buffer) => (received += data.length));
  for (let i = 1; i <= 40; i++) {
    ws.send(block);
    // A read may bring several messages at once.
    while (received < i * block.length) await once(ws, 'message');
  }
  await logged(/the recording of #1 in .* ended: the disk cannot keep up/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  const writer = openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK);
  for (const file of await Promise.all(hung)) closeSync(file);
  closeSync(writer);
  ws.close();
  await bridge.close();
  expect(lines.filter((line) => line.includes('recording'))).toHaveLength(1);
  const file = readdirSync(directory).find((name) => name.endsWith('.js'));
  // What was recorded until then is intact.
  const recorded = bytesOf(framesOf(join(directory, file ?? '')), '}').length;
  expect(recorded).toBeGreaterThan(1024 * 1024);
  expect(recorded).toBeLessThan(16 * 1024 * 1024);
});

test('a session that outlives its WebSocket is one recording', async () => {
  const { port } = await startEcho();
  const { port: at, finish, logged } = await recordTo(port);
  const network = await cuttable(at);
  onTestFinished(() => network.close());
  const sock = await openFlow(network.port);
  sock.send('before,');
  await sock.read(7);
  network.cut();
  await sock.once('resumed');
  sock.send('after');
  await sock.read(5);
  sock.close();
  await logged(/closed/);
  const frames = framesOf(await finish());
  expect(String(bytesOf(frames, '}'))).toBe('before,after');
  expect(String(bytesOf(frames, '{'))).toBe('before,after');
});

test('asciicast: text, the sizes of the window, and none of the commands of telnet', async () => {
  const bytes = [255, 251, 1, ...Buffer.from('gr\u00fc\u00df "dich"\r\n\u001b[1m\u20ac')];
  const { port } = await startTarget((socket) => {
    socket.write(Buffer.from(bytes.slice(0, 6)));
    socket.once('data', () => socket.end(Buffer.from(bytes.slice(6))));
  });
  const { port: at, finish } = await recordTo(port, { format: 'asciicast' });
  const ws = await openClient(at, ['binary']);
  ws.send(Buffer.from([255, 250, 31, 0, 100, 0, 30, 255, 240, ...Buffer.from('ls\r')]));
  expect(await closeCode(ws)).toBe(1000);
  const file = await finish();
  expect(file).toMatch(/\.cast$/);
  const [head, ...events] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(head).toEqual({ version: 2, width: 80, height: 24, timestamp: expect.any(Number) });
  const texts = events as [number, string, string][];
  const of = (code: string) => texts.filter((event) => event[1] === code).map(([, , text]) => text);
  expect(of('o').join('')).toBe('gr\u00fc\u00df "dich"\r\n\u001b[1m\u20ac');
  expect(of('i').join('')).toBe('ls\r');
  expect(of('r')).toEqual(['100x30']);
  const read = parseRecording(readFileSync(file, 'utf8'));
  const sent = read.filter(({ from }) => from === 'server').map(({ bytes: piece }) => piece);
  expect(String(Buffer.concat(sent))).toBe(of('o').join(''));
  expect(read.filter(({ size }) => size).map(({ size }) => size)).toEqual([
    { columns: 80, rows: 24 },
    { columns: 100, rows: 30 },
  ]);
});

test('a full disk costs the recording, not the session', (context) =>
  onFullDisk(context, async (directory) => {
    const size = 3 * 1024 * 1024;
    const { port } = await startTarget((socket) => socket.end(Buffer.alloc(size, 'a')));
    const record = { path: join(directory, 'desk') };
    const { port: at, bridge, lines } = await startBridge(port, { record });
    const ws = newClient(at);
    let received = 0;
    ws.on('message', (data: Buffer) => (received += data.length));
    expect(await closeCode(ws)).toBe(1000);
    expect(received).toBe(size);
    await bridge.close();
    const told = lines.filter((line) => line.includes('recording'));
    expect(told).toEqual([expect.stringMatching(/recording of #1 in .* ended: ENOSPC/)]);
  }));

test('a session that ends before the full disk is noticed is logged too', (context) =>
  onFullDisk(context, async (directory) => {
    const { port } = await startTarget((socket) => socket.end(Buffer.alloc(100_000, 'a')));
    const record = { path: join(directory, 'desk') };
    const { port: at, bridge, lines } = await startBridge(port, { record });
    const count = 30;
    await Promise.all(Array.from({ length: count }, () => closeCode(newClient(at))));
    await bridge.close();
    expect(lines.filter((line) => /recording of .* ended: ENOSPC/.test(line))).toHaveLength(count);
  }));
