#!/usr/bin/env bash
# In Deno, a WebSocket's message handler may run after close(), when it has already released its resources. The standard for
# browsers drops messages that arrive between close() and the server's answer. Deno delivers them, as `message` events while
# readyState is CLOSING.
#
# Version:  Deno 2.9.6 (npm package deno), against undici 7.30.2
# Expected: no message after close(): a message is delivered only while the state is OPEN (WHATWG WebSockets, "Feedback from the
#           protocol")
# Seen:     the two messages in flight are delivered after close(), in state 2
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund deno@2.9.6 undici@7.30.2 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { WebSocketServer } from 'ws';

const Socket = globalThis.Deno ? WebSocket : (await import('undici')).WebSocket;
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
server.on('connection', (socket) => {
  for (const text of ['one', 'two', 'three']) setTimeout(() => socket.send(text), 100);
});
const client = new Socket(`ws://127.0.0.1:${server.address().port}`);
const events = [];
client.onmessage = ({ data }) => {
  events.push(`"${data}" in state ${client.readyState}`);
  client.close();
};
await new Promise((done) => (client.onclose = done));
console.log(events.join(', '));
process.exit();
JS
here=$(timeout 20 node main.mjs)
there=$(DENO_DIR="$dir/deno" DENO_NO_UPDATE_CHECK=1 timeout 20 node_modules/.bin/deno run --allow-all --quiet main.mjs)
printf 'undici: %s\nDeno: %s\n' "$here" "$there"
if [ "$here" != '"one" in state 1' ] || [ "$there" != '"one" in state 1, "two" in state 2, "three" in state 2' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: messages are delivered after close()'
