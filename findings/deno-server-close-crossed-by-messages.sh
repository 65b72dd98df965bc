#!/usr/bin/env bash
# A Deno server that closes a WebSocket while the client is still sending is told that the close failed, although the client
# answers it. In Deno.serve, the first message that crosses the server's close frame ends the closing handshake: the close event
# says 0 and not clean, and the client's answer goes unseen. If the client sends nothing in the meantime, the event says 4000 and
# clean.
#
# Version:  Deno 2.9.6 (npm package deno), ws 8.23.0
# Expected: 4000 and clean in both cases: the handshake lasts until both sides have sent and received a close frame (RFC 6455
#           sections 5.5.1 and 7.1.4)
# Seen:     0 and unclean when messages cross; the client sees 4000 and clean both times
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund deno@2.9.6 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

let closed;
const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen() {} }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onmessage = () => socket.close(4000);
  socket.onerror = () => {};
  closed = new Promise((done) => (socket.onclose = done));
  return response;
});
for (const crossing of [false, true]) {
  const client = new WebSocket(`ws://127.0.0.1:${server.addr.port}`);
  client.on('error', () => {});
  await once(client, 'open');
  client.send('message');
  if (crossing) {
    // The server's close frame is on its way and not read yet.
    client.pause();
    await sleep(100);
    client.send('another');
    client.resume();
  }
  const [code] = await once(client, 'close');
  const event = await closed;
  console.log(`${crossing ? 'a' : 'no'} message crosses: the client sees ${code}, the server ${event.code}, ${event.wasClean ? 'clean' : 'unclean'}`);
}
Deno.exit();
JS
seen=$(DENO_DIR="$dir/deno" DENO_NO_UPDATE_CHECK=1 timeout 30 node_modules/.bin/deno run --allow-all --quiet main.mjs)
echo "$seen"
if [ "$seen" != 'no message crosses: the client sees 4000, the server 4000, clean
a message crosses: the client sees 4000, the server 0, unclean' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: a message that crosses ends the closing handshake'
