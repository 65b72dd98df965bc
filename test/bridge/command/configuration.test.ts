/**
 * Options from a file and from the environment: which of them wins, and what is refused. Needs `npm run build`.
 */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { explain, parseArguments, type Run } from '../../../src/bridge/command/arguments.js';
import { describeRun } from '../../../src/bridge/command/check.js';
import { blockOf } from '../../helpers/documents.js';
import { makeDirectory, startCommand } from '../../helpers/command.js';

const DRAIN = 'WEBSOCK_BRIDGE_DRAIN';

/** Writes files into a directory, readable by their owner, and returns their paths. */
function files(contents: Readonly<Record<string, string>>): (name: string) => string {
  const directory = makeDirectory();
  const path = (name: string) => join(directory, name);
  for (const [name, text] of Object.entries(contents)) {
    writeFileSync(path(name), text, { mode: 0o600 });
  }
  return path;
}

/** Parses arguments and variables; resolves with the result and the warnings. */
async function parse(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const warnings: string[] = [];
  const run = await parseArguments(args, (message) => warnings.push(message), environment);
  return { run: run as Run, warnings };
}

/** Resolves with the reason why they are refused, or with 'accepted'. */
async function refusal(args: string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  return parse(args, environment).then(
    () => 'accepted',
    (error: unknown) => explain(error),
  );
}

test('the command line, then the environment, then the file', async () => {
  const at = files({
    'all.toml':
      'target = "localhost:1"\nlisten = ["1"]\ndrain = 1\nheartbeat = 1\nmax-frame = 2048',
  });
  const environment = { [DRAIN]: '2', WEBSOCK_BRIDGE_HEARTBEAT: '2' };
  const { run } = await parse(['--config', at('all.toml'), '--heartbeat', '3'], environment);
  expect(run.drain).toBe(2_000);
  expect(run.options).toMatchObject({ heartbeat: 3_000, maxFrame: 2048 });
  expect(run.options.target).toEqual({ host: 'localhost', port: 1 });
});

test('TOML and JSON say the same', async () => {
  const at = files({
    'a.toml': 'target = "unix:/x"\nlisten = ":0"\nssl-target = true\nallow-host = ["a", "b"]',
    'a.json': '{"target":"unix:/x","listen":[":0"],"ssl-target":true,"allow-host":["a","b"]}',
  });
  const [toml, json] = [
    await parse(['--config', at('a.toml')]),
    await parse(['--config', at('a.json')]),
  ];
  expect(toml.run.options).toEqual(json.run.options);
  expect(toml.run.options).toEqual({
    ledger: expect.anything() as unknown,
    target: { path: '/x' },
    targetTls: {},
    allowHosts: ['a', 'b'],
  });
  expect(toml.run.sources).toEqual([{ host: '', port: 0 }]);
});

test('lists are replaced as a whole, and flags can be switched off', async () => {
  const at = files({
    'a.json': '{"allow-host":["a","b"],"run-once":true,"target":"x:1","listen":"1"}',
  });
  const environment = { WEBSOCK_BRIDGE_ALLOW_HOST: 'c  d', WEBSOCK_BRIDGE_RUN_ONCE: 'false' };
  const { run } = await parse(['--config', at('a.json')], environment);
  expect(run.options.allowHosts).toEqual(['c', 'd']);
  expect(run.options.runOnce).toBeUndefined();
  const { run: own } = await parse(['--config', at('a.json'), '--allow-host', 'e'], environment);
  expect(own.options.allowHosts).toEqual(['e']);
});

test('arguments replace the target and sources of the file', async () => {
  const at = files({ 'a.json': '{"target":"x:1","listen":"1"}', 'b.json': '{"target":"x:1"}' });
  const of = async (...args: string[]) => {
    const { run } = await parse(args);
    return [run.sources, run.options.target];
  };
  const [one, two] = [
    { host: '127.0.0.1', port: 1 },
    { host: '127.0.0.1', port: 2 },
  ];
  const [x, y] = [
    { host: 'x', port: 1 },
    { host: 'y', port: 2 },
  ];
  expect(await of('--config', at('a.json'))).toEqual([[one], x]);
  expect(await of('--config', at('a.json'), '2', 'y:2')).toEqual([[two], y]);
  expect(await of('--config', at('a.json'), '--listen', '2', 'y:2')).toEqual([[two], y]);
  expect(await of('--config', at('a.json'), '--listen', '2')).toEqual([[two], x]);
  expect(await of('--config', at('b.json'), '2')).toEqual([[two], x]);
  expect(await of('--config', at('a.json'), '--unix-target', '/y', '2')).toEqual([
    [two],
    { path: '/y' },
  ]);
});

describe('secrets', () => {
  const AUTH = ['--auth-plugin', 'BasicHTTPAuth', '1', 'x:1'];

  test.each([
    ['in a file of their own', 'auth-source = { file = "FILE" }', {}],
    ['in the file itself', 'auth-source = "user:word"', {}],
    ['in the environment', '', { WEBSOCK_BRIDGE_AUTH_SOURCE: 'user:word' }],
    ['in a file that the environment names', '', { WEBSOCK_BRIDGE_AUTH_SOURCE_FILE: 'FILE' }],
  ])('%s', async (_, text, variables: Record<string, string>) => {
    const at = files({ word: 'user:word\n', 'a.toml': '' });
    const fill = (value: string) => value.replace('FILE', at('word'));
    writeFileSync(at('a.toml'), fill(text));
    const environment = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, fill(value)]),
    );
    const args = ['--config', at('a.toml'), ...AUTH];
    const { run, warnings } = await parse(args, environment);
    const authorization = `Basic ${Buffer.from('user:word').toString('base64')}`;
    const request = { headers: new Headers({ authorization }) } as never;
    expect(await run.options.authenticate?.(request, new AbortController().signal)).toBe(true);
    expect(describeRun(run)).toMatch(/--auth-source \(hidden\), from /);
    expect(describeRun(run)).not.toContain('word,');
    expect(warnings).toEqual([]);
  });

  test('that every user can read cause a warning', async () => {
    const at = files({
      word: 'user:word',
      key: 'k'.repeat(32),
      both: '',
      'a.toml': 'auth-source = "user:word"',
      'b.toml': '',
    });
    writeFileSync(at('b.toml'), `auth-source = { file = "${at('word')}" }`);
    const warned = async (...args: string[]) => (await parse(args)).warnings;
    const rule = (name: string) =>
      `${at(name)} holds a secret, and every user of this machine can read it: chmod o-r ${at(name)}`;
    for (const name of ['word', 'key', 'both', 'a.toml', 'b.toml']) chmodSync(at(name), 0o644);
    expect(await warned('--config', at('a.toml'), ...AUTH)).toEqual([rule('a.toml')]);
    expect(await warned('--config', at('b.toml'), ...AUTH)).toEqual([rule('word')]);
    expect(await warned('--sign-key', at('key'), '1')).toEqual([rule('key')]);
    expect(await warned('--cert', at('both'), '1', 'x:1')).toEqual([rule('both')]);
    expect(await warned('--cert', at('both'), '--key', at('key'), '1', 'x:1')).toEqual([
      rule('key'),
    ]);
  });

  const BASIC = 'auth-plugin = "BasicHTTPAuth"\n';
  const HOST = '[[vhost]]\nname = "x"\n';

  test.each([
    ['no path', 'token-plugin = "TokenFile"\ntoken-source = "./open"', []],
    ['no file with a path', 'token-plugin = "TokenFile"\ntoken-source = { file = "OPEN" }', []],
    ['no URL', 'token-plugin = "BaseTokenAPI"\ntoken-source = "http://x/%s"', []],
    ['no Redis', 'token-plugin = "TokenRedis"\ntoken-source = "localhost:1"', []],
    ['no origins', 'auth-plugin = "ExpectOrigin"\nauth-source = "https://x"', []],
    ["no host's origins", `${HOST}auth-plugin = "ExpectOrigin"\nauth-source = "https://x"`, []],
    ['no other file', `${BASIC}auth-source = { file = "SAFE" }`, []],
    ['a password', `${BASIC}auth-source = "user:word"`, ['a.toml']],
    ["a host's password", `${HOST}${BASIC}auth-source = "user:word"`, ['a.toml']],
    ["a key's password", 'key-password = "word"', ['a.toml']],
    ["Redis'", 'token-plugin = "TokenRedis"\ntoken-source = "localhost:1:0:word"', ['a.toml']],
    ["a module's source", 'auth-plugin = "./x.js"\nauth-source = "x"', ['a.toml']],
    ['both once', `${BASIC}auth-source = "user:word"\nkey-password = "word"`, ['a.toml']],
    [
      'both files',
      `${BASIC}auth-source = { file = "OPEN" }\nkey-password = "word"`,
      ['open', 'a.toml'],
    ],
  ])('cause a warning, other values none: %s', async (_, text, open) => {
    const at = files({ open: 'user:word', safe: 'user:word', 'a.toml': '' });
    writeFileSync(at('a.toml'), text.replace('OPEN', at('open')).replace('SAFE', at('safe')));
    for (const name of ['open', 'a.toml']) chmodSync(at(name), 0o644);
    const warnings: string[] = [];
    const warn = (message: string) => warnings.push(message.split(' ')[0] ?? '');
    // Some of the plug-ins can't be opened, which happens later.
    await parseArguments(['--config', at('a.toml'), '1', 'x:1'], warn, {}).catch(() => {});
    expect(warnings).toEqual(open.map(at));
  });
});

test.each([
  ['a.yaml', '', 'expected a file whose name ends in .toml or .json'],
  ['none.toml', undefined, 'ENOENT: no such file or directory'],
  ['a.json', '[]', 'expected an object with the options'],
  ['a.json', '{', "Expected property name or '}' in JSON"],
  ['a.toml', 'x = ', 'Invalid TOML document'],
  ['a.toml', 'hartbeat = 1', 'there is no option "hartbeat"; did you mean heartbeat?'],
  ['a.toml', 'config = "b.toml"', 'there is no option "config"'],
  ['a.toml', 'run-once = 1', 'run-once has a value of the wrong kind: expected true or false'],
  ['a.toml', 'heartbeat = true', 'heartbeat has a value of the wrong kind: expected a string or'],
  [
    'a.toml',
    'listen = [[1]]',
    'listen has a value of the wrong kind: expected a string, or a list',
  ],
  ['a.toml', 'heartbeat = [1]', 'heartbeat has a value of the wrong kind: expected a string or'],
  ['a.toml', 'key-password = 1', 'expected a string, or { file = "PATH" }'],
  ['a.toml', 'key-password = { file = "/nonexistent" }', 'ENOENT'],
])('a file that can not be used: %s: %s', async (name, text, message) => {
  const path = files(text === undefined ? {} : { [name]: text })(name);
  const said = await refusal(['--config', path, '1', 'x:1']);
  expect(said).toContain(`Cannot use --config "${path}": `);
  expect(said).toContain(message);
  expect(said).not.toContain('\n');
});

test.each([
  ['HARTBEAT', '1', 'there is no such option; did you mean WEBSOCK_BRIDGE_HEARTBEAT?'],
  ['HEARTBEAT', 'x', 'Cannot use WEBSOCK_BRIDGE_HEARTBEAT "x": expected a number of seconds'],
  ['RUN_ONCE', '2', 'Cannot use WEBSOCK_BRIDGE_RUN_ONCE: expected true or false, got "2"'],
  ['KEY_PASSWORD_FILE', '/nonexistent', 'Cannot use WEBSOCK_BRIDGE_KEY_PASSWORD_FILE: ENOENT'],
  ['HEARTBEAT_FILE', 'x', 'Cannot use WEBSOCK_BRIDGE_HEARTBEAT_FILE: there is no such option'],
  ['CONFIG', '/nonexistent.toml', 'Cannot use --config "/nonexistent.toml": ENOENT'],
  ['TARGET', 'x', 'Cannot use WEBSOCK_BRIDGE_TARGET "x": Cannot connect to "x"'],
])('a variable that can not be used: %s', async (name, value, message) => {
  expect(await refusal(['--listen', '1'], { [`WEBSOCK_BRIDGE_${name}`]: value })).toContain(
    message,
  );
});

test('a refused value is reported with the file that it comes from', async () => {
  const at = files({ 'a.toml': 'drain = "x"' });
  const said = await refusal(['--config', at('a.toml'), '1', 'x:1']);
  expect(said).toBe(
    'Cannot use drain in a.toml "x": expected a number of seconds, 2147483 at most',
  );
});

test("Kubernetes' variables for a service of the same name are not options", async () => {
  const of = {
    SERVICE_HOST: '10.0.0.1',
    SERVICE_PORT: '80',
    SERVICE_PORT_WEB: '80',
    PORT: 'tcp://x',
  };
  const more = { PORT_80_TCP: 'tcp://x', PORT_80_TCP_PROTO: 'tcp', PORT_80_TCP_ADDR: '10.0.0.1' };
  const environment = Object.fromEntries(
    Object.entries({ ...of, ...more }).map(([name, value]) => [`WEBSOCK_BRIDGE_${name}`, value]),
  );
  expect((await parse(['1', 'x:1'], environment)).run.sources).toHaveLength(1);
});

test("the documentation's file is valid", async () => {
  const at = files({ 'bridge.toml': blockOf('bridge.md', 'toml') });
  writeFileSync(at('password'), 'user:word', { mode: 0o600 });
  const text = blockOf('bridge.md', 'toml').replace('/run/secrets/password', at('password'));
  writeFileSync(at('bridge.toml'), text, { mode: 0o600 });
  const { run } = await parse(['--config', at('bridge.toml')]);
  const path = '/run/websock-bridge.sock';
  expect(run.sources).toMatchObject([
    { host: '', port: 6080 },
    { path, rules: path },
  ]);
  expect(run.options.listenRules).toEqual({ [path]: { http2: true } });
  expect(run.options.vhosts).toMatchObject([{ names: ['telnet.example', '*.telnet.example'] }]);
});

test('--check prints the configuration, opens no port, and finds errors', async () => {
  const at = files({ 'a.toml': 'target = "localhost:5900"\nheartbeat = 10' });
  const { ended, said } = startCommand('--check', '--config', at('a.toml'), '--metrics', '9', '80');
  expect(await ended).toBe(0);
  expect(said()).toBe(`\
Would listen on 127.0.0.1:80, target localhost:5900
Would serve metrics at http://127.0.0.1:9/metrics
  --target localhost:5900, from target in a.toml
  --heartbeat 10, from heartbeat in a.toml
  --config ${at('a.toml')}
  --metrics 9
`);
  const wrong = startCommand('--check', '--max-frame', '1', '80', 'x:1');
  expect(await wrong.ended).toBe(2);
  expect(wrong.said()).toMatch(/^websock-bridge: --max-frame: Cannot use a frame limit of 1: /);
});
