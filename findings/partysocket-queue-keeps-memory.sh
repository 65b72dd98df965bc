#!/usr/bin/env bash
# A client that fills one buffer again and again, which is fine with a WebSocket, sends its last message several times through
# reconnecting-websocket or its successor partysocket. Both stand in for a WebSocket and queue what is sent before the connection
# opens, but they queue the caller's memory, not a copy. Once the connection is open, the bytes are right.
#
# Version:  partysocket 1.3.0, reconnecting-websocket 4.4.0, over ws 8.23.0
# Expected: 1, 2, 3, as after the connection has opened
# Seen:     3, 3, 3 if sent before the connection opens; 1, 2, 3 if sent after
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --legacy-peer-deps partysocket@1.3.0 reconnecting-websocket@4.4.0 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { WebSocket as PartySocket } from 'partysocket';
import ReconnectingWebSocket from 'reconnecting-websocket';
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');

for (const [name, Socket] of [['partysocket', PartySocket], ['reconnecting-websocket', ReconnectingWebSocket]]) {
  const connection = once(server, 'connection');
  const client = new Socket(`ws://127.0.0.1:${server.address().port}`, [], { WebSocket });
  const opened = new Promise((done) => client.addEventListener('open', done));
  const buffer = new Uint8Array(1);
  const send = () => {
    for (const value of [1, 2, 3]) {
      buffer[0] = value;
      client.send(buffer);
    }
  };
  send();
  const [socket] = await connection;
  const received = [];
  const all = new Promise((done) => socket.on('message', (bytes) => received.push(bytes[0]) === 6 && done()));
  await opened;
  // The queue goes out when the connection opens; later messages go straight through.
  setTimeout(send, 100);
  await all;
  console.log(`${name}: ${received.slice(0, 3)} before, ${received.slice(3)} after`);
  client.close();
}
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'partysocket: 3,3,3 before, 1,2,3 after
reconnecting-websocket: 3,3,3 before, 1,2,3 after' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the queue sends what the buffer holds later'
