#!/usr/bin/env bash
# In happy-dom, `'onmessage' in socket` is false for a WebSocket, and so are the checks for the other handlers; yet a function
# assigned to them is called. In browsers and jsdom the handlers are attributes that start as null, so code that recognizes a
# WebSocket by them rejects happy-dom's.
#
# Version:  happy-dom 21.0.4, against jsdom 26.1.0
# Expected: true in both, as the HTML standard defines event handler attributes
# Seen:     false in happy-dom, which calls the handler all the same; true in jsdom
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund happy-dom@21.0.4 jsdom@26.1.0 ws@8.23.0
cat >main.mjs <<'JS'
import { Window } from 'happy-dom';
import { JSDOM } from 'jsdom';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
server.on('connection', (client) => client.send('hello'));
await new Promise((resolve) => server.on('listening', resolve));
const url = `ws://127.0.0.1:${server.address().port}`;
const page = 'http://127.0.0.1/';
const classes = {
  jsdom: new JSDOM('', { url: page }).window.WebSocket,
  'happy-dom': new Window({ url: page }).WebSocket,
};
for (const [name, WebSocket] of Object.entries(classes)) {
  const socket = new WebSocket(url);
  const isThere = 'onmessage' in socket;
  const data = await new Promise((resolve) => (socket.onmessage = (event) => resolve(event.data)));
  console.log(`${name}: 'onmessage' in socket is ${isThere}; the handler got ${data}`);
}
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
[ "$seen" = "jsdom: 'onmessage' in socket is true; the handler got hello
happy-dom: 'onmessage' in socket is false; the handler got hello" ]
