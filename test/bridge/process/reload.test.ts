/**
 * SIGHUP: the bridge reads everything again, for new connections, and ends nothing. Needs `npm run build`.
 */
import { once } from 'node:events';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ask, greeting } from '../../helpers/access.js';
import { openClient, startBridge, startEcho, startTarget } from '../../helpers/bridge.js';
import { listenCommand, makeDirectory } from '../../helpers/command.js';
import { createBridge } from '../../../src/bridge/index.js';
import { openFlow } from '../../helpers/flow/bridged.js';
import { cuttable } from '../../helpers/flow/cuttable.js';

/** Starts a target that sends its name and ends; resolves with its port. */
const named = async (name: string) => (await startTarget((socket) => socket.end(name))).port;

test('SIGHUP reads the file, the tokens and the log anew, and ends nobody', async () => {
  const directory = makeDirectory();
  const at = (name: string) => join(directory, name);
  const echo = await startEcho();
  const write = (port: number, more = '') =>
    writeFileSync(at('a.toml'), `target = "127.0.0.1:${port}"\n${more}`);
  write(echo.port);
  const log = at('log');
  const { port, child, ended, says } = await listenCommand(
    '--config',
    at('a.toml'),
    '--log-file',
    log,
    '0',
  );
  const before = await openClient(port, ['binary']);

  renameSync(log, at('old'));
  const other = await named('other');
  write(other, 'allow-host = ["a.example"]');
  child.kill('SIGHUP');
  await says(/Reloaded, target 127\.0\.0\.1/);
  expect(await greeting(port, '/')).toBe('other');
  expect(await greeting(port, '/', { Host: 'a.example' })).toBe('other');
  expect(readFileSync(log, 'utf8')).toContain('opened');

  writeFileSync(at('tokens'), `one: 127.0.0.1:${other}\n`);
  const tokens = `token-plugin = "ReadOnlyTokenFile"\ntoken-source = "${at('tokens')}"`;
  writeFileSync(at('a.toml'), tokens);
  child.kill('SIGHUP');
  await says(/Reloaded, target chosen/);
  expect(await ask(port, '/?token=one')).toBe(101);
  expect(await ask(port, '/?token=two')).toBe(403);
  writeFileSync(at('tokens'), `two: 127.0.0.1:${other}\n`);
  child.kill('SIGHUP');
  await vi.waitFor(async () => expect(await ask(port, '/?token=two')).toBe(101), 5_000);

  writeFileSync(at('a.toml'), 'heartbeat = "x"');
  child.kill('SIGHUP');
  await vi.waitFor(() =>
    expect(readFileSync(log, 'utf8')).toContain(
      'Cannot reload: Cannot use heartbeat in a.toml "x"',
    ),
  );
  expect(await ask(port, '/?token=two')).toBe(101);

  before.send(Buffer.from('still here'));
  expect(String((await once(before, 'message'))[0])).toBe('still here');
  child.kill('SIGTERM');
  before.close();
  expect(await ended).toBe(0);
});

test('a bridge hands its port over: numbers go on, sessions stay', async () => {
  const echo = await startEcho();
  const { bridge, port, lines } = await startBridge(echo.port);
  const first = await openClient(port, ['binary']);
  const other = await named('other');
  const nextLines: string[] = [];
  const target = { host: '127.0.0.1', port: other };
  const next = createBridge({ target, log: (line) => nextLines.push(line) });
  bridge.handOver(next);
  expect(await greeting(port, '/')).toBe('other');
  expect(nextLines[0]).toMatch(/^#2 opened/);
  first.send(Buffer.from('here'));
  expect(String((await once(first, 'message'))[0])).toBe('here');
  expect(() => bridge.handOver({} as never)).toThrow('Cannot hand over: expected two open bridges');
  first.close();
  await bridge.close();
  expect(lines.at(-1)).toMatch(/^#1 closed/);
  expect(await greeting(port, '/')).toBe('other');
  await next.close();
  await expect(openClient(port)).rejects.toThrow('ECONNREFUSED');
  expect(() => next.handOver(bridge)).toThrow('expected two open bridges');
});

test('a client of the flow protocol comes back to its session at the bridge that took over', async () => {
  const echo = await startEcho();
  const { bridge, port } = await startBridge(echo.port);
  const cutter = await cuttable(port);
  onTestFinished(() => cutter.close());
  const sock = await openFlow(cutter.port);
  const events: string[] = [];
  sock.on('suspended', () => events.push('suspended'));
  const next = createBridge({ target: { host: '127.0.0.1', port: await named('other') } });
  onTestFinished(() => next.close());
  bridge.handOver(next);
  const resumed = sock.once('resumed');
  cutter.cut();
  await resumed;
  sock.send('still');
  expect(new TextDecoder().decode(await sock.read(5))).toBe('still');
  expect(events).toEqual(['suspended']);
  sock.close();
  await sock.closed;
});
