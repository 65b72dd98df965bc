#!/usr/bin/env bash
# In jsdom 26, which Jest 30 uses, a client that fills one buffer again and again sends its last bytes several times. Once send()
# has returned, the memory should be the client's own again; noVNC, by its source, relies on that. jsdom's send() keeps the
# caller's memory and reads it in a later turn, so code that works in a browser fails under test.
#
# Version:  jsdom 26.1.0, which jest-environment-jsdom 30.5 uses; against undici 7.30.2
# Expected: 1, 2, 3: send() takes the bytes as they are when it is called, as in undici
# Seen:     3, 3, 3 in jsdom 26.1.0 (31.0.1, run by hand, sends 1, 2, 3)
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund jsdom@26.1.0 undici@7.30.2 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { JSDOM } from 'jsdom';
import { WebSocket as Undici } from 'undici';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
const { window } = new JSDOM('', { url: 'http://127.0.0.1/' });

for (const [name, WebSocket] of [['undici', Undici], ['jsdom', window.WebSocket]]) {
  const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
  const received = [];
  const [socket] = await once(server, 'connection');
  const all = new Promise((done) => socket.on('message', (bytes) => received.push(bytes[0]) === 3 && done()));
  if (client.readyState !== 1) await new Promise((done) => (client.onopen = done));
  const buffer = new Uint8Array(1);
  for (const value of [1, 2, 3]) {
    buffer[0] = value;
    client.send(buffer);
  }
  await all;
  console.log(`${name}: ${received}`);
}
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'undici: 1,2,3
jsdom: 3,3,3' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: jsdom sends bytes that were written after send()'
