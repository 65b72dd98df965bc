#!/usr/bin/env bash
# A recorder that sends its last part as a Blob and then closes loses that part with Node's WebSocket, which is undici's. undici
# reads a Blob in a later turn but sends the close frame at once. The Blob is lost, and so is everything sent after it. The server
# sees a clean close with 1000.
#
# Version:  undici 7.30.2 and 8.12.4, Node 24.21; against ws 8.23.0
# Expected: all messages, then the close: close() "does not discard previously sent messages" (WHATWG WebSockets)
# Seen:     with ws "blob" and "text", then 1000; with undici only 1000
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund undici@7.30.2 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { WebSocket as Undici } from 'undici';
import { WebSocket as Ws, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
for (const [name, WebSocket] of [['ws', Ws], ['undici', Undici]]) {
  for (const messages of [['text'], [new Blob(['blob']), 'text']]) {
    const connection = once(server, 'connection');
    const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
    const open = new Promise((done) => (client.onopen = done));
    const [socket] = await connection;
    const received = [];
    socket.on('message', (data) => received.push(String(data)));
    const closed = once(socket, 'close');
    await open;
    for (const message of messages) client.send(message);
    client.close(1000);
    const [code] = await closed;
    console.log(`${name}, ${messages.length} sent: ${[...received, code].join(', ')}`);
  }
}
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'ws, 1 sent: text, 1000
ws, 2 sent: blob, text, 1000
undici, 1 sent: text, 1000
undici, 2 sent: 1000' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: close() overtakes a Blob'
