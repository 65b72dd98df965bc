import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { formatAddress, parseSource, parseTarget } from '../../../src/bridge/base/address.js';
import { parseArguments, type Run } from '../../../src/bridge/command/arguments.js';
import { OPTIONS } from '../../../src/bridge/command/options/index.js';
import { helpText } from '../../../src/bridge/command/help.js';
import { createBridge, LocalLedger } from '../../../src/bridge/index.js';
import { openSocket } from '../../helpers/bridge.js';

describe('addresses', () => {
  test.each([
    ['6080', '127.0.0.1', 6080],
    ['0', '127.0.0.1', 0],
    [':6080', '', 6080],
    ['0.0.0.0:6080', '0.0.0.0', 6080],
    ['my-box.lan:65535', 'my-box.lan', 65_535],
    ['[::1]:6080', '::1', 6080],
    ['[fe80::1%eth0]:1', 'fe80::1%eth0', 1],
  ])('source %s', (text, host, port) => {
    expect(parseSource(text)).toEqual({ host, port });
    if (text.includes(':')) expect(formatAddress({ host, port })).toBe(text);
  });

  test.each([
    '',
    'x',
    '65536',
    '-1',
    '1.5',
    '0x10',
    '::1:80',
    '[::1]',
    '::1',
    'a:b:1',
    'a b:1',
    '[localhost]:1',
  ])('no source: "%s"', (text) => {
    expect(() => parseSource(text)).toThrow(
      new RangeError(
        `Cannot listen on "${text}": a source is [host:]port, the port from 0 to 65535`,
      ),
    );
  });

  test.each(['5900', ':5900', 'host:0', 'host:', 'host', 'http://host:80', 'user@host:80'])(
    'no target: "%s"',
    (text) => {
      expect(() => parseTarget(text)).toThrow(
        new RangeError(
          `Cannot connect to "${text}": a target is host:port, the port from 1 to 65535`,
        ),
      );
    },
  );
});

describe('arguments', () => {
  test('all of them', async () => {
    const line =
      '--web w --allow-origin https://a --allow-origin https://b --allow-host c --heartbeat 2.5 -v 1 h:2';
    expect(await parseArguments(line.split(' '), () => {})).toEqual({
      action: 'run',
      check: false,
      daemon: false,
      inetd: false,
      workers: 1,
      vhosts: [],
      listeners: [],
      lameDuck: 0,
      settings: expect.any(Array) as unknown,
      sources: [{ host: '127.0.0.1', port: 1 }],
      log: { verbose: true, traffic: false, json: false, file: undefined },
      drain: 5_000,
      close: expect.any(Function) as unknown,
      options: {
        ledger: expect.any(LocalLedger) as unknown,
        target: { host: 'h', port: 2 },
        web: 'w',
        allowOrigins: ['https://a', 'https://b'],
        allowHosts: ['c'],
        heartbeat: 2500,
      },
    });
  });

  test.each([
    ['', 'Cannot start: expected a source and a target, got 0 arguments'],
    ['1', 'Cannot start: expected a source and a target, got 1 argument'],
    ['1 h:2 h:3', 'Cannot start: expected a source and a target, got 3 arguments'],
  ])('"%s"', async (line, message) => {
    await expect(parseArguments(line.split(' ').filter(Boolean), () => {})).rejects.toThrow(
      message,
    );
  });

  test('help fits 80 columns, and has every option', () => {
    const lines = helpText().split('\n');
    expect(lines.filter((line) => line.length > 79)).toEqual([]);
    for (const { name, short, value } of OPTIONS) {
      const flags = `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
      const row = lines.find((line) => line === `  ${flags}` || line.startsWith(`  ${flags}  `));
      expect(row, flags).toBeDefined();
    }
  });
});

test('a fixed target beside tokens', async () => {
  const words = ['0', 'a:1', '--target-config', 'LICENSE'];
  await expect(parseArguments(words, () => {})).rejects.toThrow(
    'expected a source, got 2 arguments',
  );
  const both = ['0', '--unix-target', '/x', '--target-config', 'LICENSE'];
  await expect(parseArguments(both, () => {})).rejects.toThrow('Cannot use --unix-target');
});

describe('options', () => {
  const target = { host: 'localhost', port: 1 };
  test.each<[object, string]>([
    [{ allowOrigins: ['*'] }, 'Cannot allow the origin "*"'],
    [{ allowOrigins: ['null'] }, 'Cannot allow the origin "null"'],
    [{ allowOrigins: ['app.example'] }, 'Cannot allow the origin "app.example"'],
    [{ allowOrigins: ['https://app.example/'] }, 'Cannot allow the origin "https://app.example/"'],
    [{ allowOrigins: ['https://*.example'] }, 'Cannot allow the origin "https://*.example"'],
    [
      { allowOrigins: ['https://u@app.example'] },
      'Cannot allow the origin "https://u@app.example"',
    ],
    [{ allowHosts: ['app.example:80'] }, 'Cannot allow the host "app.example:80"'],
    [{ allowHosts: ['https://app.example'] }, 'Cannot allow the host "https://app.example"'],
    [{ allowHosts: [''] }, 'Cannot allow the host ""'],
    [{ heartbeat: -1 }, 'Cannot use a heartbeat of -1: expected an integer from 0 to 2147483647'],
    [{ heartbeat: Infinity }, 'Cannot use a heartbeat of Infinity'],
    [{ connectTimeout: 0 }, 'Cannot use a connect timeout of 0: expected an integer from 1 to'],
    [{ maxPayload: 0 }, 'Cannot use a payload limit of 0'],
    [{ target: { host: 'h', port: 70_000 } }, 'Cannot connect to target port 70000'],
    [
      { allowOrigns: [] },
      'Cannot use the option allowOrigns: the options are target, authenticate, web, allowFrames, webAuth, ' +
        'allowOrigins, fallback, ',
    ],
    [
      { tls: { cert: 'a.pem', verifyClients: true } },
      'Cannot use the option verifyClients: the options are cert, key, keyPassword, only, redirectHttp, ' +
        'minVersion, ciphers, verifyClient, ca',
    ],
    [
      { listenRules: { plain: { web: '.' } } },
      'Cannot use the option web: the options are fallback, silenceTimeout, http2, raw, proxyProtocol, tls',
    ],
    [
      { listenRules: { plain: { tls: { ca: 'a.pem' } } } },
      'Cannot use the option ca: the options are only, redirectHttp',
    ],
  ])('%j', (options, message) => {
    expect(() => createBridge({ target, ...options })).toThrow(RangeError);
    expect(() => createBridge({ target, ...options })).toThrow(message);
  });
});

test('an address that cannot be listened to is reported, and leaves nothing behind', async () => {
  const bridge = createBridge({ target: { host: 'localhost', port: 1 } });
  onTestFinished(() => bridge.close());
  await expect(bridge.listen(70_000)).rejects.toThrow('Cannot listen on 127.0.0.1:70000');
  const { port } = await bridge.listen(0);
  await expect(bridge.listen(port)).rejects.toThrow(
    `Cannot listen on 127.0.0.1:${port}: the port is in use`,
  );
  await openSocket(port);
  // A drain longer than any timer can run works like any other.
  await bridge.close({ drain: Infinity });
  await expect(bridge.listen(0)).rejects.toThrow('Cannot listen: the bridge is closed');
});

test('what was opened for a command line that is refused is closed', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'arguments-')), 'plugin.mjs');
  onTestFinished(() => rmSync(dirname(path), { recursive: true }));
  const module = `export default class {
    lookup() {}
    close() { globalThis.closedPlugins = (globalThis.closedPlugins ?? 0) + 1; }
  }`;
  writeFileSync(path, module);
  const closed = () => (globalThis as { closedPlugins?: number }).closedPlugins;
  const words = ['--token-plugin', path, '--token-source', 'x', '0'];
  await expect(parseArguments([...words, '--ssl-only'], () => {})).rejects.toThrow('--cert');
  expect(closed()).toBe(1);
  const run = (await parseArguments(words, () => {})) as Run;
  expect(closed()).toBe(1);
  await run.close();
  expect(closed()).toBe(2);
});
