#!/usr/bin/env bash
# Code that decides by `wasClean` or by the code whether to reconnect is misled by the W3CWebSocket of the package websocket.
# There, `wasClean` means only that the code is 1000: a server that closes with 3000, in a complete closing handshake, is reported
# as unclean. A server that closes without a code is reported as a lost connection, 1006. And one that hangs up instead of
# answering the client's close frame, which should be 1006, is reported as 1000 and clean.
#
# Version:  websocket 1.0.35, against undici 7.30.2
# Expected: wasClean after every complete closing handshake, whatever its code; 1005 without a code; 1006 if no close frame came
#           (RFC 6455 sections 7.1.4 and 7.1.5)
# Seen:     3000 unclean; 1006 unclean; 1000 clean
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts websocket@1.0.35 undici@7.30.2
cat >main.mjs <<'JS'
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocket as Undici } from 'undici';
import websocket from 'websocket';

const cases = {
  'server closes with 3000': (socket) => socket.end(Buffer.of(0x88, 2, 3000 >> 8, 3000 & 255)),
  'server closes without a code': (socket) => socket.end(Buffer.of(0x88, 0)),
  'server hangs up instead of answering a close frame': (socket, client) => {
    client.close();
    socket.once('data', () => socket.end());
  },
};
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');

for (const [what, act] of Object.entries(cases)) {
  for (const [name, WebSocket] of [['undici', Undici], ['websocket', websocket.w3cwebsocket]]) {
    const upgrade = once(server, 'upgrade');
    const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
    const open = new Promise((done) => (client.onopen = done));
    const closed = new Promise((done) => (client.onclose = done));
    client.onerror = () => {};
    const [request, socket] = await upgrade;
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.on('error', () => {});
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    await open;
    act(socket, client);
    const { code, wasClean } = await closed;
    console.log(`${what}: ${name} says ${code}, ${wasClean ? 'clean' : 'unclean'}`);
  }
}
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'server closes with 3000: undici says 3000, clean
server closes with 3000: websocket says 3000, unclean
server closes without a code: undici says 1005, clean
server closes without a code: websocket says 1006, unclean
server hangs up instead of answering a close frame: undici says 1006, unclean
server hangs up instead of answering a close frame: websocket says 1000, clean' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: wasClean only means that the code is 1000'
