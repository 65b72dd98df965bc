#!/usr/bin/env bash
# A client that goes by `protocol` decodes messages by the wrong rules, but only in tests that let MSW pass the WebSocket on to
# the real server. If the server chooses the second subprotocol offered, `protocol` still names the first. MSW sets it from the
# offer before the server is asked, and never corrects it.
#
# Version:  msw 2.15.0 (@mswjs/interceptors 0.41.9), undici 7.30.2, ws 8.23.0
# Expected: "base64" in both cases, the subprotocol in use (WHATWG WebSockets, `protocol`)
# Seen:     "binary" with MSW
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts msw@2.15.0 undici@7.30.2 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { ws } from 'msw';
import { setupServer } from 'msw/node';
import { WebSocket } from 'undici';
import { WebSocketServer } from 'ws';

// Node has had a WebSocket of its own only since version 22.
globalThis.WebSocket = WebSocket;
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'base64' });
await once(server, 'listening');
const url = `ws://127.0.0.1:${server.address().port}/`;

async function chosen() {
  const connection = once(server, 'connection');
  const client = new globalThis.WebSocket(url, ['binary', 'base64']);
  await new Promise((done) => client.addEventListener('open', done));
  const [socket] = await connection;
  const message = new Promise((done) => client.addEventListener('message', done));
  socket.send('message');
  await message;
  return `the server chose ${socket.protocol}, the client says ${client.protocol}`;
}
console.log(`without MSW: ${await chosen()}`);
const mock = setupServer(ws.link(url).addEventListener('connection', ({ server }) => server.connect()));
mock.listen({ onUnhandledRequest: 'bypass' });
console.log(`with MSW: ${await chosen()}`);
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'without MSW: the server chose base64, the client says base64
with MSW: the server chose base64, the client says binary' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: MSW names the first subprotocol offered'
