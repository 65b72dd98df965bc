#!/usr/bin/env bash
# A faye-websocket client that reconnects after 1012 does not reconnect. A server that restarts closes with 1012, an overloaded
# one with 1013, and a gateway with 1014. faye-websocket treats these codes as protocol violations: its close event says 1002,
# with the server's reason, and it answers with 1002, so the server too believes that its frames were wrong.
#
# Version:  faye-websocket 0.11.4 (websocket-driver 0.8.0), ws 8.23.0
# Expected: the code that was sent: all three are registered with IANA (RFC 6455 sections 7.4.2 and 11.7)
# Seen:     1002 at both ends for 1012, 1013 and 1014; 1011 and 3000 pass
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund faye-websocket@0.11.4 websocket-driver@0.8.0 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import faye from 'faye-websocket';
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
for (const code of [1011, 1012, 1013, 1014, 3000]) {
  const connection = once(server, 'connection');
  const client = new faye.Client(`ws://127.0.0.1:${server.address().port}`);
  const closed = new Promise((done) => client.on('close', done));
  const [socket] = await connection;
  const answer = new Promise((done) => socket.once('close', done));
  socket.close(code, 'because');
  const event = await closed;
  console.log(`sent ${code}: the client says ${event.code} "${event.reason}", the server hears ${await answer}`);
}
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'sent 1011: the client says 1011 "because", the server hears 1011
sent 1012: the client says 1002 "because", the server hears 1002
sent 1013: the client says 1002 "because", the server hears 1002
sent 1014: the client says 1002 "because", the server hears 1002
sent 3000: the client says 3000 "because", the server hears 3000' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: registered codes count as errors'
