#!/usr/bin/env bash
# mock-socket stands in for a WebSocket server in tests. A Uint8Array that its server sends reaches the client as text, its
# numbers joined with commas. An ArrayBuffer arrives as bytes, and so does a Uint8Array in the other direction. So a test of
# binary data fails, or passes for a client that never sees bytes.
#
# Version:  mock-socket 9.3.1
# Expected: with binaryType 'arraybuffer', an ArrayBuffer with the bytes 0, 128, 255, as from a browser's WebSocket
# Seen:     the string "0,128,255"
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund mock-socket@9.3.1
cat >main.mjs <<'JS'
import { Server, WebSocket } from 'mock-socket';

const server = new Server('ws://localhost:8080');
server.on('connection', (client) => {
  client.on('message', (data) => {
    console.log(`to the server: ${data.constructor.name}`);
    server.close();
  });
  client.send(Uint8Array.of(0, 128, 255));
  client.send(Uint8Array.of(0, 128, 255).buffer);
});
const socket = new WebSocket('ws://localhost:8080');
socket.binaryType = 'arraybuffer';
let left = 2;
socket.onmessage = ({ data }) => {
  const shown = typeof data === 'string' ? `string ${JSON.stringify(data)}` : data.constructor.name;
  console.log(`to the client: ${shown}`);
  if (--left === 0) socket.send(Uint8Array.of(0, 128, 255));
};
JS
seen=$(timeout 20 node main.mjs)
echo "$seen"
[ "$seen" = 'to the client: string "0,128,255"
to the client: ArrayBuffer
to the server: Uint8Array' ]
