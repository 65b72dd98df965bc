#!/usr/bin/env bash
# Code that reconnects after 1006 does not reconnect in Deno. Deno's WebSocket reports a lost connection with code 0, which is not
# a registered close code. If the server hangs up instead of answering the client's close frame, Deno reports no loss at all: 1005
# and clean, as if the server had answered with an empty close frame.
#
# Version:  Deno 2.9.6 (npm package deno), against undici 7.30.2
# Expected: 1006 and unclean in both cases, as from undici (RFC 6455 section 7.1.5: no close frame was received)
# Seen:     0 and unclean; 1005 and clean
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund deno@2.9.6 undici@7.30.2
cat >main.mjs <<'JS'
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const Socket = globalThis.Deno ? WebSocket : (await import('undici')).WebSocket;
const cases = {
  'server hangs up': (socket) => socket.end(),
  'server hangs up instead of answering a close frame': (socket, client) => {
    client.close();
    socket.once('data', () => socket.end());
  },
};
const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
for (const [what, act] of Object.entries(cases)) {
  const upgrade = once(server, 'upgrade');
  const client = new Socket(`ws://127.0.0.1:${server.address().port}`);
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
  console.log(`${what}: ${code}, ${wasClean ? 'clean' : 'unclean'}`);
}
process.exit();
JS
here=$(timeout 20 node main.mjs)
there=$(DENO_DIR="$dir/deno" DENO_NO_UPDATE_CHECK=1 timeout 20 node_modules/.bin/deno run --allow-all --quiet main.mjs)
printf 'undici:\n%s\nDeno:\n%s\n' "$here" "$there"
if [ "$here" != 'server hangs up: 1006, unclean
server hangs up instead of answering a close frame: 1006, unclean' ] ||
  [ "$there" != 'server hangs up: 0, unclean
server hangs up instead of answering a close frame: 1005, clean' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: Deno does not report 1006'
