/**
 * Several hosts in a configuration file: the options they give, what is refused, and the command with three certificates.
 * Needs `npm run build`.
 */
import { once } from 'node:events';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { explain, parseArguments, type Run } from '../../../src/bridge/command/arguments.js';
import { createBridge } from '../../../src/bridge/index.js';
import { handshake, startTarget } from '../../helpers/bridge.js';
import {
  listenCommand,
  makeCertificate,
  makeDirectory,
  startCommand,
} from '../../helpers/command.js';
import { lacking } from '../../helpers/need.js';

/** Writes a file, readable by its owner, and returns its path. */
function file(name: string, text: string): string {
  const path = join(makeDirectory(), name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const parse = (path: string) =>
  parseArguments(['--config', path, '0', 'localhost:1'], () => {}, {}) as Promise<Run>;

/** Resolves with the reason why a file is refused, or with 'accepted'. */
async function refusal(text: string): Promise<string> {
  try {
    createBridge((await parse(file('a.toml', text))).options);
    return 'accepted';
  } catch (error) {
    return explain(error);
  }
}

test('each has options of its own, in TOML and in JSON', async () => {
  const toml = `
    [[vhost]]
    name = ["two.example", "*.two.example"]
    target = "unix:/x"
    allow-origin = ["https://app.example"]
    [[vhost]]
    name = "three.example"
    auth-plugin = "ExpectOrigin"
    auth-source = "https://one.example https://other.example"
    web = "."
    web-auth = true`;
  const json = JSON.stringify({
    vhost: [
      {
        name: ['two.example', '*.two.example'],
        target: 'unix:/x',
        'allow-origin': 'https://app.example',
      },
      {
        name: 'three.example',
        'auth-plugin': 'ExpectOrigin',
        'auth-source': 'https://one.example https://other.example',
        web: '.',
        'web-auth': true,
      },
    ],
  });
  const runs = [await parse(file('a.toml', toml)), await parse(file('a.json', json))];
  for (const { options } of runs) {
    expect(options.vhosts).toEqual([
      {
        names: ['two.example', '*.two.example'],
        target: { path: '/x' },
        allowOrigins: ['https://app.example'],
      },
      {
        names: ['three.example'],
        web: '.',
        webAuth: true,
        authenticate: expect.any(Function) as unknown,
        allowOrigins: ['https://one.example', 'https://other.example'],
      },
    ]);
  }
});

test("a host's flag that is off overrides the bridge's", async () => {
  const { options } = await parse(file('a.toml', '[[vhost]]\nname = "x"\nweb-auth = false'));
  expect(options.vhosts).toEqual([{ names: ['x'], webAuth: false }]);
});

test.each([
  ['vhost = "x"', 'vhost has a value of the wrong kind: expected tables [[vhost]]'],
  ['vhost = ["x"]', 'vhost has a value of the wrong kind: expected tables [[vhost]]'],
  ['[[vhost]]\nnames = "x"', 'there is no option "names" of vhost 1; did you mean name?'],
  ['[[vhost]]\nname = "x"\nlisten = "1"', 'there is no option "listen" of vhost 1'],
  ['[[vhost]]\nname = "x"\ntarget = "1"', 'Cannot use target of vhost 1 in a.toml "1": '],
  ['[[vhost]]\nname = "x"\nkey = "x"', 'vhost 1: Cannot use a key without a certificate'],
  ['[[vhost]]\nname = "x"\nhost-token = true', 'vhost 1: Cannot use --host-token without'],
  ['[[vhost]]\nname = "x"\nauth-plugin = "No"\nauth-source = "x"', 'vhost 1: --auth-plugin: '],
  ['[[vhost]]\ntarget = "x:1"', 'name of vhost 1: Cannot use a host without a name'],
  ['[[vhost]]\nname = "x:1"', 'name of vhost 1: Cannot allow the host "x:1"'],
  ['[[vhost]]\nname = "x"\n[[vhost]]\nname = "y"\nweb = "/nonexistent"', 'web of vhost 2: '],
  ['[[vhost]]\nname = "x"\ncert = "x"', 'vhost 1: Cannot use a certificate: the bridge has no TLS'],
])('refuses %j', async (text, message) => {
  expect(await refusal(text)).toContain(message);
});

/** Connects over TLS; resolves with the socket and the subject of the certificate for this name. */
async function subjectFor(port: number, servername: string) {
  const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, servername });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return { socket, subject: String(socket.getPeerCertificate().subject.CN) };
}

/** Resolves with what the target of a host says to a WebSocket. */
async function greetingOf(port: number, host: string): Promise<string | undefined> {
  const { socket } = await subjectFor(port, host);
  socket.write(handshake({ Host: host }));
  let answer = '';
  for await (const chunk of socket) {
    answer += String(chunk);
    const [, said] = /\r\n\r\n[^]*(one|two|three)/.exec(answer) ?? [];
    if (said !== undefined) return said;
  }
  return undefined;
}

describe.skipIf(lacking('openssl'))('the command, with three certificates', () => {
  async function prepare() {
    const directory = makeDirectory();
    const hosts = ['one', 'two', 'three'];
    const certificates = hosts.map((name) => makeCertificate(directory, name));
    const targets = await Promise.all(
      hosts.map((name) => startTarget((socket) => socket.end(name))),
    );
    const [one, two, three] = certificates.map(({ cert, key }, index) => {
      const target = `target = "127.0.0.1:${targets[index]!.port}"`;
      return `${target}\ncert = "${cert}"\nkey = "${key}"\n`;
    });
    const path = join(directory, 'bridge.toml');
    const table = (name: string) => `[[vhost]]\nname = ["${name}.example"]\n`;
    const text = `${one}allow-host = ["one.example"]\n${table('two')}${two}${table('three')}${three}`;
    writeFileSync(path, text, { mode: 0o600 });
    return { directory, certificates, path, text, targets };
  }

  test('--check prints what each host serves', async () => {
    const { path, targets } = await prepare();
    const { ended, said } = startCommand('--check', '--config', path, '80');
    expect(await ended).toBe(0);
    expect(said()).toContain(
      `Would serve two.example, target 127.0.0.1:${targets[1]!.port}\n` +
        '  --name two.example, from name of vhost 1 in bridge.toml\n',
    );
  });

  test('SNI and Host choose; SIGHUP renews each certificate by itself, and brings new hosts', async () => {
    const { directory, certificates, path, text } = await prepare();
    const { port, child, says, said } = await listenCommand('-v', '--config', path, '0');
    const names = ['one.example', 'two.example', 'three.example'];
    const subjects = async () =>
      Promise.all(names.map(async (name) => (await subjectFor(port, name)).subject));
    expect(await subjects()).toEqual(['one', 'two', 'three']);
    for (const name of names) expect(await greetingOf(port, name)).toBe(name.split('.')[0]);

    // The second certificate is renewed, the third one only half.
    const next = makeCertificate(directory, 'next');
    copyFileSync(next.key, certificates[1]!.key);
    copyFileSync(next.cert, certificates[1]!.cert);
    const key = certificates[2]!;
    copyFileSync(key.key, join(directory, 'kept.key'));
    copyFileSync(next.key, key.key);
    child.kill('SIGHUP');
    await says(/Cannot reload: key of vhost 2: Cannot use the key in .*: it belongs to another/);
    await vi.waitFor(async () => expect(await subjects()).toEqual(['one', 'next', 'three']), 5_000);

    copyFileSync(join(directory, 'kept.key'), key.key);
    writeFileSync(path, `${text}[[vhost]]\nname = "four.example"\n`);
    child.kill('SIGHUP');
    await says(/Reloaded, target /);
    expect(await subjects()).toEqual(['one', 'next', 'three']);
    expect(await greetingOf(port, 'four.example')).toBe('one');
    expect(said().match(/Reloaded/g)).toHaveLength(1);
  });
});
