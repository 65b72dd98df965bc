#!/usr/bin/env bash
# After close() on Node's WebSocket, which is undici's, the `close` event may never come. Some servers never answer a close frame;
# others answer and leave the connection open. A client may then close the connection itself, as ws does after 30 s. undici has no
# such timeout: it keeps the socket open and goes on waiting.
#
# Version:  undici 7.30.2 and 8.12.4, Node 24.21 (undici 7.29.1), against ws 8.23.0
# Expected: `close` if the server has not closed the connection within a reasonable time, as RFC 6455 section 7.1.1 allows
# Seen:     ws closes after 30 s with 1006 or the server's code; undici's readyState is still 2 after 40 s, in both cases
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund undici@7.30.2 ws@8.23.0
cat >main.mjs <<'JS'
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket as Undici } from 'undici';
import { WebSocket as Ws } from 'ws';

const answers = { nothing: Buffer.alloc(0), 'a close frame, and keeps the connection': Buffer.of(0x88, 2, 1000 >> 8, 1000 & 255) };
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const sockets = [];
for (const [what, frame] of Object.entries(answers)) {
  for (const [name, WebSocket] of [['ws', Ws], ['undici', Undici]]) {
    const upgrade = once(server, 'upgrade');
    const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
    const open = new Promise((done) => (client.onopen = done));
    client.onerror = () => {};
    const [request, socket] = await upgrade;
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => {}).once('data', () => socket.write(frame));
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    await open;
    let code = 'no code';
    client.onclose = (event) => (code = event.code);
    client.close(1000);
    sockets.push(() => `the server sends ${what}: ${name} is in state ${client.readyState}, ${code}`);
  }
}
await sleep(40_000);
for (const say of sockets) console.log(say());
process.exit();
JS
seen=$(timeout 50 node main.mjs)
echo "$seen"
if [ "$seen" != 'the server sends nothing: ws is in state 3, 1006
the server sends nothing: undici is in state 2, no code
the server sends a close frame, and keeps the connection: ws is in state 3, 1000
the server sends a close frame, and keeps the connection: undici is in state 2, no code' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: undici is still waiting'
