#!/usr/bin/env bash
# In happy-dom and in the jsdom of Jest 30, a client that reconnects after an unclean close does nothing when a test cuts the
# server's connection. The close event says both 1006 and `wasClean` true, which exclude each other, and no error event comes
# first. The test fails, or a test of the opposite passes.
#
# Version:  happy-dom 21.0.4 and jsdom 26.1.0 (in jest-environment-jsdom 30.5), against undici 7.30.2
# Expected: an error event, then close with 1006 and wasClean false (WHATWG WebSockets, "Feedback from the protocol"; RFC 6455
#           section 7.1.4)
# Seen:     no error event; 1006 and wasClean true
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund happy-dom@21.0.4 jsdom@26.1.0 undici@7.30.2 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { Window } from 'happy-dom';
import { JSDOM } from 'jsdom';
import { WebSocket } from 'undici';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
const url = `http://127.0.0.1:${server.address().port}`;
const classes = {
  undici: WebSocket,
  'happy-dom': new Window({ url }).WebSocket,
  jsdom: new JSDOM('', { url }).window.WebSocket,
};
for (const [name, Socket] of Object.entries(classes)) {
  const connection = once(server, 'connection');
  const client = new Socket(url.replace('http', 'ws'));
  const events = [];
  client.onerror = () => events.push('error');
  const open = new Promise((done) => (client.onopen = done));
  const closed = new Promise((done) => (client.onclose = done));
  const [socket] = await connection;
  await open;
  socket.terminate();
  const { code, wasClean } = await closed;
  console.log(`${name}: ${[...events, `close ${code}`].join(', ')}, wasClean ${wasClean}`);
}
process.exit();
JS
seen=$(timeout 40 node main.mjs)
echo "$seen"
if [ "$seen" != 'undici: error, close 1006, wasClean false
happy-dom: close 1006, wasClean true
jsdom: close 1006, wasClean true' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: a close with 1006 is reported as clean'
