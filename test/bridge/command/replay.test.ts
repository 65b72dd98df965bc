/**
 * `websock-bridge replay`: what it plays to a client, when, and which files it refuses. Needs `npm run build`.
 */
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask } from '../../helpers/access.js';
import { closeCode, newClient, startBridge, startTarget } from '../../helpers/bridge.js';
import { listenCommand, makeDirectory, startCommand } from '../../helpers/command.js';

/** An open client that collects what it receives. */
async function connect(port: number) {
  const ws = newClient(port, ['binary']);
  const chunks: Buffer[] = [];
  let onData = () => {};
  ws.on('message', (data: Buffer) => {
    chunks.push(data);
    onData();
  });
  const all = () => Buffer.concat(chunks);
  /** Resolves with all bytes received, once there are at least `size`. */
  const has = (size: number) =>
    new Promise<Buffer>((resolve) => {
      onData = () => all().length >= size && resolve(all());
      onData();
    });
  await once(ws, 'open');
  return { ws, all, has };
}

/** Writes a script for noVNC's player. */
function script(lines: readonly string[]): string {
  const file = join(makeDirectory(), 'desk.js');
  const text = lines.map((line) => `'${line}',\n`).join('');
  writeFileSync(file, `var VNC_frame_data = [\n${text}'EOF'];\n`);
  return file;
}

test('a recorded session is played as it was, to any number of clients', async () => {
  const body = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
  // A server that asks twice, and then sends a long answer.
  const { port: target } = await startTarget((socket) => {
    socket.write('name? ');
    socket.once('data', () => {
      socket.write('word? ');
      socket.once('data', () => socket.end(body));
    });
  });
  const directory = makeDirectory();
  const recorded = await startBridge(target, { record: { path: join(directory, 'desk') } });
  const talk = async (port: number) => {
    const { ws, all, has } = await connect(port);
    const closed = closeCode(ws);
    await has(6);
    ws.send(Buffer.from('me'));
    await has(12);
    ws.send(Buffer.from('pass'));
    expect(await closed).toBe(1000);
    return all();
  };
  const live = await talk(recorded.port);
  expect(live.length).toBe(body.length + 12);
  await recorded.bridge.close();
  const [file = ''] = readdirSync(directory);
  const { port, says, child, ended } = await listenCommand(
    '-v',
    'replay',
    join(directory, file),
    '0',
  );
  await says(/, target .*desk/);
  const replayed = await Promise.all([talk(port), talk(port)]);
  for (const bytes of replayed) expect(bytes.equals(live)).toBe(true);
  // It judges Origin and Host like any other bridge.
  expect(await ask(port, '/', { Origin: 'https://elsewhere.example' })).toBe(403);
  expect(await ask(port, '/', { Host: 'elsewhere.example' })).toBe(403);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
});

test('it waits for the client’s turn, counts bytes that came early, and keeps the pauses', async () => {
  const file = script(['{0{a', '}5}12345', '{305{b', '}306}678', '{307{c']);
  const { port } = await listenCommand('replay', file, '0');
  const { ws, all, has } = await connect(port);
  await has(1);
  ws.send(Buffer.from('1234'));
  // This is well past the recorded times, but the replay still has to wait for the fifth byte.
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(String(all())).toBe('a');
  const sent = performance.now();
  ws.send(Buffer.from('5678'));
  expect(String(await has(3))).toBe('abc');
  expect(performance.now() - sent).toBeGreaterThan(290);
  expect(await closeCode(ws)).toBe(1000);
});

test('a recording that is cut off after the checked part ends there, and the log says where', async () => {
  const line = `{0{${'a'.repeat(60_000)}`;
  const file = script(Array.from({ length: 20 }, () => line));
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, -100_000));
  const { port, says } = await listenCommand('-v', 'replay', file, '0');
  const { has } = await connect(port);
  await has(18 * 60_000);
  await says(/Cannot replay .*desk\.js to its end: Cannot read line 20 of the recording/);
});

test.each([
  ['nothing', '', 'Cannot read line 1 of the recording: the file is empty'],
  ['a picture', 'GIF89a\0\0', 'Cannot read line 1 of the recording: it is not JSON'],
  [
    'a script without its end',
    "var VNC_frame_data = [\n'{0{a',\n",
    "it is the last line, but not 'EOF'];",
  ],
])('it refuses %s', async (_, text, why) => {
  const file = join(makeDirectory(), 'file');
  writeFileSync(file, text);
  const command = startCommand('replay', file, '0');
  expect(await command.ended).toBe(2);
  expect(command.said()).toMatch(/^websock-bridge: Cannot replay "[^\n]* \(see --help\)\n$/);
  expect(command.said()).toContain(why);
});

test('it refuses a path that is not a file', async () => {
  for (const [path, why] of [
    ['/nonexistent', 'ENOENT'],
    ['/', 'it is not a regular file'],
  ] as const) {
    const command = startCommand('replay', path, '0');
    expect(await command.ended).toBe(2);
    expect(command.said()).toContain(why);
  }
});
