// Installs the packed tarball as a user would, and sees that it carries what it should and works.
import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { once } from 'node:events';
import assert from 'node:assert/strict';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'websock-client-'));

const run = (command, args, cwd = dir) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** What the installed command serves on a port of its own, in front of a server that says hello. */
async function tryBridge() {
  const target = createServer((socket) => socket.end('hello'));
  await once(target.listen(0, '127.0.0.1'), 'listening');
  const page = join(dir, 'node_modules/websock-client/dist/wstelnet');
  const command = join(dir, 'node_modules/.bin/websock-bridge');
  const bridge = spawn(command, ['0', `127.0.0.1:${target.address().port}`, '--web', page], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let output = '';
    while (!/:(\d+)\b/.test(output)) output += (await once(bridge.stdout, 'data'))[0];
    const port = /127\.0\.0\.1:(\d+)/.exec(output)[1];
    const response = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /wstelnet/);
    const hello = `import { Websock } from 'websock-client';
      import { WebSocket } from 'ws';
      const sock = new Websock({ WebSocket });
      sock.open('ws://127.0.0.1:${port}/', 'binary');
      await sock.closed;
      process.stdout.write(sock.rQshiftStr(sock.rQlen()));`;
    writeFileSync(join(dir, 'hello.mjs'), hello);
    // Not `run`: the target is served by this process.
    const { stdout } = await promisify(execFile)('node', ['hello.mjs'], {
      cwd: dir,
      timeout: 30_000,
    });
    assert.equal(stdout, 'hello');
  } finally {
    bridge.kill();
    target.close();
    await once(bridge, 'close');
  }
}

try {
  const [{ filename, files, size }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', dir], root),
  );
  console.log(`${filename}: ${files.length} files, ${size} bytes`);
  const unwanted = files.filter(({ path }) =>
    /^(src|test|demo|node_modules)\/|dist\/demo/.test(path),
  );
  assert.deepEqual(unwanted, []);

  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }');
  run('npm', ['install', '--no-audit', '--no-fund', join(dir, filename)]);
  const tree = run('npm', ['ls', '--omit=dev', '--all', '--parseable']);
  const installed = tree
    .trim()
    .split('\n')
    .slice(1)
    .map((path) => path.replace(/.*node_modules./, ''));
  assert.deepEqual(installed.toSorted(), ['mitt', 'websock-client']);
  console.log(`installs ${installed.join(' and ')}`);

  run('npm', ['install', '--no-audit', '--no-fund', '--no-save', 'ws']);
  for (const name of ['', '/compat', '/telnet', '/bridge']) {
    const entry = `websock-client${name}`;
    run('node', ['--input-type=module', '-e', `await import('${entry}')`]);
    run('node', ['--input-type=commonjs', '-e', `require('${entry}')`]);
  }
  console.log('import and require work');

  for (const [plugin, peer] of [
    ['JWTTokenApi', 'jose'],
    ['TokenRedis', 'redis'],
  ]) {
    const command = join(dir, 'node_modules/.bin/websock-bridge');
    const args = ['0', '--token-plugin', plugin, '--token-source', 'x'];
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`npm install ${peer}\\b`));
  }
  console.log('an optional peer that is missing is named');

  await tryBridge();
  console.log('websock-bridge serves the page and carries bytes');
} finally {
  rmSync(dir, { recursive: true, force: true });
}
