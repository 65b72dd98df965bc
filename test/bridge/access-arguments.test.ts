import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explain, parseArguments } from '../../src/bridge/arguments.js';
import { signTarget } from '../../src/bridge/index.js';
import { ask, greeting, temporaryDirectory } from '../helpers/access.js';
import { startBridge, startTarget } from '../helpers/bridge.js';

/** A bridge with the options of a command line, given a directory with `tokens` and `key` in it. */
async function start(words: (directory: string) => readonly string[]) {
  const { port: targetPort } = await startTarget((socket) => socket.end('here'));
  const directory = await temporaryDirectory();
  const target = `127.0.0.1:${targetPort}`;
  await writeFile(join(directory, 'tokens'), `one: ${target}\nt1.bridge.example: ${target}\n`);
  await writeFile(join(directory, 'key'), `${'k'.repeat(32)}\n`);
  const command = await parseArguments(['0', ...words(directory)]);
  if (command.action !== 'run') throw new Error('expected a bridge');
  const { port } = await startBridge(1, command.options);
  const signed = () => `/?${signTarget({ secret: 'k'.repeat(32), target })}`;
  return { port, signed, targetPort };
}

test.each<[string, (directory: string) => readonly string[]]>([
  ['--token-plugin', (dir) => ['--token-plugin', 'TokenFile', '--token-source', `${dir}/tokens`]],
  ['--target-config', (dir) => ['--target-config', `${dir}/tokens`]],
  [
    '--allow-network',
    (dir) => ['--target-config', `${dir}/tokens`, '--allow-network', '127.0.0.1'],
  ],
])('%s', async (_, words) => {
  const { port } = await start(words);
  expect(await greeting(port, '/?token=one')).toBe('here');
  expect(await ask(port, '/?token=two')).toBe(403);
});

test('--host-token with --allow-host *.NAME', async () => {
  const { port } = await start((dir) => [
    '--target-config',
    `${dir}/tokens`,
    '--host-token',
    '--allow-host',
    '*.bridge.example',
  ]);
  expect(await greeting(port, '/', { Host: 't1.bridge.example:6080' })).toBe('here');
  expect(await ask(port, '/?token=one', { Host: 't2.bridge.example' })).toBe(403);
});

test('--allow-network and --allow-port refuse the rest', async () => {
  const files = (dir: string) => ['--target-config', `${dir}/tokens`];
  const net = await start((dir) => [...files(dir), '--allow-network', '10.0.0.0/8']);
  expect(await ask(net.port, '/?token=one')).toBe(403);
  const ports = await start((dir) => [...files(dir), '--allow-port', '1-2', '--allow-port', '3']);
  expect(await ask(ports.port, '/?token=one')).toBe(403);
});

test('--sign-key and --sign-once', async () => {
  const { port, signed } = await start((dir) => ['--sign-key', `${dir}/key`, '--sign-once']);
  const path = signed();
  expect(await greeting(port, path)).toBe('here');
  expect(await ask(port, path)).toBe(403);
});

test('--max-failures', async () => {
  const { port } = await start((dir) => [
    '--target-config',
    `${dir}/tokens`,
    '--max-failures',
    '1',
  ]);
  expect(await ask(port, '/?token=x')).toBe(403);
  expect(await ask(port, '/?token=one')).toBe(429);
});

test('--auth-plugin and --auth-source', async () => {
  const { port } = await start((dir) => [
    '--target-config',
    `${dir}/tokens`,
    '--auth-plugin',
    'ExpectOrigin',
    '--auth-source',
    'https://app.example',
  ]);
  expect(await greeting(port, '/?token=one', { Origin: 'https://app.example' })).toBe('here');
  expect(await ask(port, '/?token=one')).toBe(403);
});

test.each([
  ['--token-plugin TokenFile', 'Cannot use --token-plugin without --token-source'],
  ['--token-source x a:1', 'Cannot use --token-source without --token-plugin'],
  ['--auth-plugin ExpectOrigin a:1', 'Cannot use --auth-plugin without --auth-source'],
  ['--auth-source x a:1', 'Cannot use --auth-source without --auth-plugin'],
  ['--host-token a:1', 'Cannot use --host-token without --token-plugin or --sign-key'],
  ['--allow-port 1 a:1', 'Cannot use --allow-port without --token-plugin or --sign-key'],
  ['--sign-once --target-config x', 'Cannot use --sign-once without --sign-key'],
  ['--sign-key x --target-config x', 'Cannot use --token-plugin, --target-config and --sign-key'],
  ['--sign-key /nonexistent', '--sign-key: ENOENT'],
  ['--target-config /nonexistent', '--target-config: ENOENT'],
  ['--token-plugin X --token-source y', '--token-plugin: Cannot use the plug-in "X"'],
  ['--auth-plugin X --auth-source y a:1', '--auth-plugin: Cannot use the plug-in "X"'],
  ['--max-failures x a:1', 'Cannot use --max-failures "x": expected a whole number'],
])('%s', async (line, message) => {
  const error: unknown = await parseArguments(['0', ...line.split(' ')]).catch((cause) => cause);
  expect(explain(error)).toContain(message);
});

test('a fixed target beside tokens', async () => {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, 'tokens'), '');
  const words = ['0', 'a:1', '--target-config', `${directory}/tokens`];
  await expect(parseArguments(words)).rejects.toThrow('expected a source, got 2 arguments');
  const both = ['0', '--unix-target', '/x', '--target-config', `${directory}/tokens`];
  await expect(parseArguments(both)).rejects.toThrow('Cannot use --unix-target');
});
