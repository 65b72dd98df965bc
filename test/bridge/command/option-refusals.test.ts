/**
 * What the command line refuses: one line that names the option, the rule and the value, and exit code 2. Needs
 * `npm run build:bridge`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { explain, parseArguments } from '../../../src/bridge/command/arguments.js';
import { main } from '../../../src/bridge/command/cli.js';
import { OPTIONS } from '../../../src/bridge/command/options/index.js';
import { makeCertificate, makeDirectory, startCommand } from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';

const LINE = /^websock-bridge: [^\n]+ \(see --help\)$/;

// Each run adds error listeners to them, which stay for the rest of the process.
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);

/** Runs the command in this process, in a tenth of the time. Checks that it refuses, and resolves with the one line it prints. */
async function refusal(...args: readonly string[]): Promise<string> {
  const complain = vi.spyOn(console, 'error').mockImplementation(() => {});
  try {
    expect(await main(args, () => '')).toBe(2);
    expect(complain.mock.calls).toEqual([[expect.stringMatching(LINE)]]);
    return String(complain.mock.calls[0][0]);
  } finally {
    complain.mockRestore();
  }
}

test.each([
  ['--key k', 'Cannot use --key: expected --cert as well'],
  ['--key-password k', 'Cannot use --key-password: expected --cert as well'],
  ['--ssl-only', 'Cannot use --ssl-only: expected --cert as well'],
  ['--redirect-http', 'Cannot use --redirect-http: expected --cert as well'],
  ['--allow-http-on-https', 'Cannot use --allow-http-on-https: expected --cert as well'],
  [
    '--allow-http-on-https --ssl-only --cert x',
    'Cannot use --allow-http-on-https together with --ssl-only',
  ],
  [
    '--allow-http-on-https --verify-client --cert x',
    'Cannot use --allow-http-on-https together with --verify-client',
  ],
  ['--fallback x', 'Cannot use --fallback "x": Cannot connect to "x": a target is host:port'],
  ['--fallback unix:', 'Cannot use --fallback "unix:": Cannot connect to "unix:"'],
  ['--silence-timeout x', 'Cannot use --silence-timeout "x": expected a number of seconds'],
  ['--silence-timeout 1', '--silence-timeout: Cannot use a silence timeout without a fallback'],
  ['--raw --http2', '--raw: Cannot forward everything raw: HTTP/2 is on'],
  ['--raw --web .', '--raw: Cannot forward everything raw: files are served'],
  ['--ssl-version tlsv9', 'Cannot use --ssl-version "tlsv9": expected one of default, tlsv1_1'],
  ['--ssl-version tlsv1_3', 'Cannot use --ssl-version: expected --cert as well'],
  ['--ssl-ciphers x', 'Cannot use --ssl-ciphers: expected --cert as well'],
  ['--verify-client', 'Cannot use --verify-client: expected --cert as well'],
  ['--cafile x', 'Cannot use --cafile: expected --cert as well'],
  ['--target-ca /nonexistent', '--target-ca: ENOENT'],
  ['--unix-listen-mode 660', 'Cannot use --unix-listen-mode: expected --unix-listen as well'],
  [
    '--unix-listen-mode rw',
    'Cannot use --unix-listen-mode "rw": expected a file mode such as 0660',
  ],
  ['--listen x', 'Cannot start: expected a target, got 2 arguments'],
  ['--unix-listen s', 'Cannot start: expected a target, got 2 arguments'],
  ['--unix-target s', 'Cannot start: expected a source, got 2 arguments'],
  ['--prefer-ipv6 127.0.0.1:0 x:1', 'Cannot start: expected a source and a target, got 4'],
  ['--web /nonexistent', '--web: Cannot serve "/nonexistent": it is not a directory'],
  ['--web-auth', '--web-auth: Cannot require authentication for files: no files are served'],
  [
    '--web-auth --web .',
    '--web-auth: Cannot require authentication for files: no authentication is configured',
  ],
  ['--allow-frame *', '--allow-frame: Cannot allow the origin "*"'],
  ['--allow-frame https://a;sandbox', '--allow-frame: Cannot allow the origin'],
  ['--allow-origin *', '--allow-origin: Cannot allow the origin "*"'],
  ['--allow-host a:1', '--allow-host: Cannot allow the host "a:1"'],
  ['--heartbeat soon', 'Cannot use --heartbeat "soon": expected a number of seconds'],
  ['--heartbeat -1', 'Cannot use --heartbeat: expected SECONDS after it, got -1'],
  ['--heartbeat=-1', 'Cannot use --heartbeat "-1": expected a number of seconds, 2147483 at most'],
  ['--connect-timeout 0', '--connect-timeout: Cannot use a connect timeout of 0'],
  ['--read-timeout x', 'Cannot use --read-timeout "x"'],
  ['--send-timeout x', 'Cannot use --send-timeout "x"'],
  ['--max-connections 1.5', 'Cannot use --max-connections "1.5": expected a whole number'],
  ['--max-connections-per-address x', 'Cannot use --max-connections-per-address "x"'],
  ['--max-sessions-per-token x', 'Cannot use --max-sessions-per-token "x": expected a whole'],
  ['--max-sessions-per-token 1', '--max-sessions-per-token: Cannot limit the sessions of a token'],
  ['--max-duration x', 'Cannot use --max-duration "x": expected a number of seconds'],
  ['--rate 1k', 'Cannot use --rate "1k": expected a whole number'],
  ['--rate 1000', '--rate: Cannot use a rate of 1000: expected 0, or at least 1024 bytes a second'],
  ['--max-payload 0', '--max-payload: Cannot use a payload limit of 0'],
  ['--max-fragments 0', '--max-fragments: Cannot use a fragment limit of 0'],
  ['--max-frame 1000', '--max-frame: Cannot use a frame limit of 1000'],
  ['--linger x', 'Cannot use --linger "x": expected a number of seconds, 2147483 at most'],
  ['--max-suspended 0', '--max-suspended: Cannot use a suspended-session limit of 0'],
  [
    '--flow-window 1000',
    '--flow-window: Cannot use a flow window of 1000: expected an integer from',
  ],
  ['--flow-route a/b', '--flow-route: Cannot use the route "a/b": expected 1 to 64 letters'],
  ['--timeout 9999999', 'Cannot use --timeout "9999999": expected a number of seconds, 2147483'],
  ['--idle-timeout x', 'Cannot use --idle-timeout "x"'],
  ['--trust-proxy 10.0.0.0/33', '--trust-proxy: Cannot trust the network "10.0.0.0/33"'],
  ['--proxy-protocol', '--proxy-protocol: Cannot accept PROXY headers: no proxy is trusted'],
  ['--send-proxy v3', 'Cannot use --send-proxy "v3": expected v1 or v2'],
  ['--drain x', 'Cannot use --drain "x": expected a number of seconds, 2147483 at most'],
  ['--drain 2147484', 'Cannot use --drain "2147484": expected a number of seconds, 2147483'],
  ['--syslog /nonexistent', 'Cannot use --syslog "/nonexistent": it is not a socket'],
  ['--syslog x:y', 'Cannot use --syslog "x:y": Cannot connect to "x:y:514"'],
  ['--syslog x --log-file y', 'Cannot use --syslog together with --log-file'],
  ['--legacy-syslog', 'Cannot use --legacy-syslog: expected --syslog as well'],
  ['--inetd', 'Cannot start: expected a target, got 2 arguments'],
  ['--inetd --listen 1 --target-ca x', 'Cannot start: expected a target, got 2 arguments'],
  ['--daemon --heartbeat x', 'Cannot use --heartbeat "x": expected a number of seconds'],
  ['--workers 0', 'Cannot use --workers "0": expected auto, or a number from 1 to 256'],
  ['--workers 257', 'Cannot use --workers "257": expected auto, or a number from 1 to 256'],
  ['--workers 2 --run-once', 'Cannot use --workers together with --run-once'],
  ['--workers 2 --timeout 1', 'Cannot use --workers together with --timeout'],
  ['--workers 2 --idle-timeout 1', 'Cannot use --workers together with --idle-timeout'],
  [
    '--workers 2 --relay-v4 --allow-network 10.0.0.0/8',
    'Cannot use --workers together with --relay-v4',
  ],
  ['--pid-file x --heartbeat x', 'Cannot use --heartbeat "x": expected a number of seconds'],
  ['--lame-duck x', 'Cannot use --lame-duck "x": expected a number of seconds, 2147483 at most'],
  ['--config x', 'Cannot use --config "x": expected a file whose name ends in .toml or .json'],
  ['--check --heartbeat x', 'Cannot use --heartbeat "x": expected a number of seconds'],
  ['--log-file /nonexistent/log', 'Cannot use --log-file "/nonexistent/log"'],
  ['--traffic --log-json', 'Cannot use --traffic together with --log-json'],
  ['--metrics x', 'Cannot use --metrics "x": Cannot listen on "x": a source is [host:]port'],
  ['--record /nonexistent/x', '--record: Cannot record to "/nonexistent/x": /nonexistent is not a'],
  ['--record /', '--record: Cannot record to "/": expected the path of a file'],
  [
    '--record x --record-limit 1',
    '--record-limit: Cannot limit a recording to 1 bytes: expected 0',
  ],
  ['--record-limit x', 'Cannot use --record-limit "x": expected a whole number'],
  ['--record-limit 5000', 'Cannot use --record-limit: expected --record as well'],
  [
    '--record x --record-format gif',
    '--record-format: Cannot record as "gif": expected one of novnc',
  ],
  ['--record-format novnc', 'Cannot use --record-format: expected --record as well'],
  ['--wrap-mode again', 'Cannot use --wrap-mode "again": expected one of exit, ignore, respawn'],
  ['--wrap-mode exit', 'Cannot use --wrap-mode: expected -- COMMAND as well'],
  ['--target-config x 6080 -- sh', 'Cannot use --target-config: the target is a program'],
  ['--speed 0', 'Cannot use --speed "0": expected a number from 0.01 to 1000'],
  ['--speed 1001', 'Cannot use --speed "1001": expected a number from 0.01 to 1000'],
  ['--speed 1e2', 'Cannot use --speed "1e2": expected a number from 0.01 to 1000'],
  ['--speed fast', 'Cannot use --speed "fast": expected a number from 0.01 to 1000'],
  ['--speed 2', 'Cannot use --speed: expected replay FILE as well'],
  ['replay x', 'Cannot start: expected a source, got 2 arguments'],
  ['--listen 0 --listen 0 replay x --record-limit 0', 'Cannot start: expected no arguments, got 2'],
  ['--send-proxy v1 replay x', 'Cannot use --send-proxy: the target is a recording'],
  ['--ssl-target replay x', 'Cannot use --ssl-target: the target is a recording'],
  ['--target-ca x replay x', 'Cannot use --target-ca: the target is a recording'],
  ['--target-servername x replay x', 'Cannot use --target-servername: the target is a recording'],
  ['--sign-key x replay x', 'Cannot use --sign-key: the target is a recording'],
  ['--token-plugin x replay x', 'Cannot use --token-plugin: the target is a recording'],
  ['--unix-target s replay x', 'Cannot use --unix-target: the target is a recording'],
  ['--target-config x replay x', 'Cannot use --target-config: the target is a recording'],
  ['--token-plugin TokenFile', 'Cannot use --token-plugin without --token-source'],
  ['--token-source x', 'Cannot use --token-source without --token-plugin'],
  ['--token-plugin X --token-source y', '--token-plugin: Cannot use the plug-in "X"'],
  ['--target-config /nonexistent', '--target-config: ENOENT'],
  ['--host-token', 'Cannot use --host-token without --token-plugin or --sign-key'],
  ['--sign-key /nonexistent', '--sign-key: ENOENT'],
  ['--sign-key /dev/null', '--sign-key: it is not a regular file'],
  ['--sign-key x --target-config x', 'Cannot use --token-plugin, --target-config and --sign-key'],
  ['--sign-once', 'Cannot use --sign-once without --sign-key'],
  ['--allow-network 10.0.0.0/33', '--allow-network: Cannot allow the network "10.0.0.0/33"'],
  [
    '--allow-network ::1',
    'Cannot use --allow-network without --token-plugin, --sign-key or --relay-v4',
  ],
  ['--allow-port 0', '--allow-port: Cannot allow the port "0": expected a number from 1 to 65535'],
  ['--allow-port 1', 'Cannot use --allow-port without --token-plugin, --sign-key or --relay-v4'],
  ['--relay-v4', 'Cannot use --relay-v4 without --allow-network'],
  ['--relay-v4 --allow-network x', '--allow-network: Cannot allow the network "x"'],
  ['--relay-v4 --allow-network ::1 --raw', '--raw: Cannot forward everything raw: the relay is on'],
  ['--auth-plugin ExpectOrigin', 'Cannot use --auth-plugin without --auth-source'],
  ['--auth-source x', 'Cannot use --auth-source without --auth-plugin'],
  ['--auth-plugin X --auth-source y', '--auth-plugin: Cannot use the plug-in "X"'],
  [
    '--auth-plugin ClientCertCNAuth --auth-source x',
    'Cannot use --auth-plugin ClientCertCNAuth without --verify-client',
  ],
  ['--max-failures x', 'Cannot use --max-failures "x": expected a whole number'],
  ['--max-failures 3', 'Cannot use --max-failures without --token-plugin, --sign-key or --auth'],
  ['-6 --web x x', 'Cannot start: expected a source and a target, got 3 arguments'],
])('%s', async (line, message) => {
  expect(await refusal(...line.split(' '), '0', 'localhost:1')).toContain(message);
});

test.each([
  ['--workers 2 --inetd x:1', 'Cannot use --workers together with --inetd'],
  ['--workers 2 6080 -- sh', 'Cannot use --workers together with -- COMMAND'],
  ['--inetd --listen 1 x:1', 'Cannot use --inetd together with other sources'],
  ['replay', 'Cannot replay: expected a file after replay'],
])('%s, and no more', async (line, message) => {
  expect(await refusal(...line.split(' '))).toContain(message);
});

test.each([
  ['--hartbeat', '--hartbeat: there is no such option; did you mean --heartbeat?'],
  ['--tokenplugin', '--tokenplugin: there is no such option; did you mean --token-plugin?'],
  ['--heart', '--heart: there is no such option; did you mean --heartbeat?'],
  ['--nonsense', '--nonsense: there is no such option ('],
  ['-X', '-X: there is no such option ('],
  ['--no-verbose', '--no-verbose: there is no such option ('],
])('a slip of the keys: %s', async (word, message) => {
  const command = startCommand(word, '0', 'localhost:1');
  expect(await command.ended).toBe(2);
  expect(command.said().trimEnd()).toMatch(LINE);
  expect(command.said()).toContain(message);
});

describe('each option', () => {
  const refused = async (...args: string[]) =>
    explain(await parseArguments(args, () => {}).catch((error: unknown) => error));

  test.each(OPTIONS)('--$name with a missing or unexpected value', async ({ name, value }) => {
    if (value === undefined) {
      expect(await refused(`--${name}=x`)).toBe(`Cannot use --${name}: it takes no value`);
      return;
    }
    const rule = `Cannot use --${name}: expected ${value} after it`;
    expect(await refused(`--${name}`)).toBe(rule);
    expect(await refused(`--${name}`, '--verbose')).toBe(`${rule}, got --verbose`);
  });
});

const noOpenssl = lacking('openssl');
describe.skipIf(noOpenssl)('the files of TLS, each under its own option', () => {
  /** Makes the certificates `one` and `two` and a file of garbage; the function that it returns gives their paths. */
  const prepare = () => {
    const directory = makeDirectory();
    for (const name of ['one', 'two']) makeCertificate(directory, name);
    writeFileSync(join(directory, 'garbage'), 'garbage', { mode: 0o600 });
    return (name: string) => join(directory, name);
  };

  test.each([
    ['--cert none.pem', '--cert: Cannot use the certificate in', 'the file does not exist'],
    ['--cert .', '--cert: Cannot use the certificate in', 'it is a directory'],
    ['--cert garbage', '--cert: Cannot use the certificate in', 'expected PEM'],
    ['--cert one.key', '--cert: Cannot use the certificate in', 'the file holds no certificate'],
    [
      '--cert one.crt',
      '--key: Cannot serve TLS without the option key: ',
      'one.crt holds no private key',
    ],
    ['--cert one.crt --key none', '--key: Cannot use the key in', 'the file does not exist'],
    ['--cert one.crt --key garbage', '--key: Cannot use the key in', 'expected PEM'],
    ['--cert one.crt --key two.crt', '--key: Cannot use the key in', 'holds no private key'],
    ['--cert one.crt --key two.key', '--key: Cannot use the key in', 'another certificate'],
    [
      '--cert one.crt --key one.key --cafile none',
      '--cafile: Cannot use the auth',
      'file does not exist',
    ],
    [
      '--cert one.crt --key one.key --cafile one.key',
      '--cafile: Cannot use the auth',
      'the file holds no certificate',
    ],
  ])('%s', async (line, message, reason) => {
    const at = prepare();
    const args = line.split(' ').map((word) => (word.startsWith('--') ? word : at(word)));
    const said = await refusal(...args, '0', 'localhost:1');
    expect(said).toContain(message);
    expect(said).toContain(reason);
  });

  test('--ssl-ciphers', async () => {
    const at = prepare();
    const args = ['--cert', at('one.crt'), '--key', at('one.key'), '--ssl-ciphers', 'FOO'];
    const said = await refusal(...args, '0', 'localhost:1');
    expect(said).toContain('--ssl-ciphers: Cannot use the ciphers FOO: no cipher has that name');
  });
});
