#!/usr/bin/env bash
# A server sends its last message and closes with 1000 while the page is still sending. Chromium's WebSocketStream delivers every
# byte and ends its readable normally, but now and then `closed` rejects, "WebSocket was not cleanly closed", with an error whose
# closeCode is that same 1000. Code that treats a rejection as a lost connection reports a failure that never happened.
#
# Version:  Debian's chromium 156, ws 8.23.0
# Expected: `closed` resolves with {closeCode: 1000}, since the server's close frame and all data before it arrived
# Seen:     in some of 600 connections it rejects with a WebSocketError that has closeCode 1000
set -euo pipefail

chromium=$(command -v chromium)
dir=$(mktemp -d)
# The browser's last process may still be writing.
trap 'sleep 2; rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund ws@8.23.0
cat >main.mjs <<'JS'
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const page = `<script type="module">
  const counts = {};
  for (let i = 0; i < 600; i++) {
    const socket = new WebSocketStream(location.href.replace('http', 'ws'));
    const { readable, writable } = await socket.opened;
    const writer = writable.getWriter();
    (async () => {
      for (let n = 0; n < 10; n++) {
        writer.write(new Uint8Array(10)).catch(() => {});
        await new Promise((resolve) => setTimeout(resolve, n % 3));
      }
    })();
    let text = '';
    for await (const chunk of readable) text += chunk;
    const end = await socket.closed.then(
      ({ closeCode }) => 'resolved with ' + closeCode,
      ({ name, closeCode }) => 'rejected with a ' + name + ' of closeCode ' + closeCode,
    );
    const key = 'read "' + text + '", closed ' + end;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  await fetch('/', { method: 'POST', body: JSON.stringify(counts) });
</script>`;
const server = createServer((request, response) => {
  if (request.method === 'GET') return response.setHeader('Content-Type', 'text/html').end(page);
  request.on('data', (counts) => {
    console.log(JSON.stringify(JSON.parse(counts), null, 1));
    browser.on('exit', () => process.exit()).kill();
  });
});
new WebSocketServer({ server }).on('connection', (client) => {
  client.once('message', () => {
    client.send('bye');
    client.close(1000);
  });
});
let browser;
server.listen(0, '127.0.0.1', () => {
  const flags = ['--headless', '--no-sandbox', '--disable-background-networking'];
  const url = `http://127.0.0.1:${server.address().port}/`;
  browser = spawn(process.argv[2], [...flags, `--user-data-dir=${process.cwd()}/profile`, url], {
    stdio: 'ignore',
  });
  process.on('exit', () => browser.kill('SIGKILL'));
});
JS
seen=$(timeout 50 node main.mjs "$chromium")
echo "$seen"
grep -q '"read \\"bye\\", closed rejected with a WebSocketError of closeCode 1000"' <<<"$seen"
! grep -v '"read \\"bye\\", closed' <<<"$seen" | grep -q '"read'
