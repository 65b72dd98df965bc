#!/usr/bin/env bash
# A server behind the WebSocket proxy of crossws can't tell a lost client from one that has finished. The proxy sends it 1000, a
# normal closure, when the client's connection breaks, and also when the client closes with 1001 (a closed tab) or 1011 (a
# failure), codes that a page may not send itself. A server that keeps sessions so that lost clients can come back ends them
# instead. In the other direction, the proxy does report a lost server, as 1011.
#
# Version:  crossws 0.4.17, ws 8.23.0
# Expected: not 1000, which means that the purpose has been fulfilled (RFC 6455 section 7.4.1), but 1011 as in the other
#           direction, or no close frame
# Seen:     1001, 1011 and a broken connection all arrive as 1000; a broken server arrives as 1011
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund crossws@0.4.17 ws@8.23.0
cat >main.mjs <<'JS'
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createWebSocketProxy } from 'crossws';
import crossws from 'crossws/adapters/node';
import { WebSocket, WebSocketServer } from 'ws';

const target = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(target, 'listening');
const hooks = createWebSocketProxy({ target: `ws://127.0.0.1:${target.address().port}`, WebSocket });
const proxy = createServer().on('upgrade', crossws({ hooks }).handleUpgrade).listen(0, '127.0.0.1');
await once(proxy, 'listening');

/** Connects through the proxy, lets `act` end one side, and returns the code that the other side sees. */
async function code(act, seenByServer = true) {
  const client = new WebSocket(`ws://127.0.0.1:${proxy.address().port}`);
  const [[server]] = await Promise.all([once(target, 'connection'), once(client, 'open')]);
  server.on('error', () => {});
  // Exchange a message each way, so that the proxy has finished connecting.
  server.once('message', () => server.send('ready'));
  client.send('ready');
  await once(client, 'message');
  const closed = once(seenByServer ? server : client, 'close');
  act(client, server);
  return (await closed)[0];
}
console.log(`client closes with 1001: the server sees ${await code((client) => client.close(1001))}`);
console.log(`client closes with 1011: the server sees ${await code((client) => client.close(1011))}`);
console.log(`client's connection breaks: the server sees ${await code((client) => client.terminate())}`);
console.log(`server's connection breaks: the client sees ${await code((_, server) => server.terminate(), false)}`);
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != "client closes with 1001: the server sees 1000
client closes with 1011: the server sees 1000
client's connection breaks: the server sees 1000
server's connection breaks: the client sees 1011" ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: a lost client looks like one that has finished'
