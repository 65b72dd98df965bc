#!/usr/bin/env bash
# Through http-mitm-proxy, an MQTT client believes that the subprotocol "mqtt" was agreed, while the server believes that none
# was. The proxy accepts the client's offer itself and connects to the server without one.
#
# Version:  http-mitm-proxy 1.1.0, ws 8.23.0
# Expected: the server gets the offer and the client gets the server's choice, a subprotocol that the server is ready to use (RFC
#           6455 section 4.2.2, /subprotocol/)
# Seen:     client "mqtt", server none; without the proxy both "mqtt"
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts http-mitm-proxy@1.1.0 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { connect } from 'node:net';
import mitm from 'http-mitm-proxy';
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
const target = `127.0.0.1:${server.address().port}`;
const proxy = new mitm.Proxy();
await new Promise((done) => proxy.listen({ port: 0, host: '127.0.0.1', sslCaDir: 'ca' }, done));

async function agreed(options) {
  const connection = once(server, 'connection');
  const client = new WebSocket(`ws://${target}`, 'mqtt', options);
  await once(client, 'open');
  const [peer, request] = await connection;
  const offer = request.headers['sec-websocket-protocol'] ?? 'nothing';
  return `the server was offered ${offer} and speaks ${peer.protocol || 'none'}, the client speaks ${client.protocol || 'none'}`;
}
console.log(`directly: ${await agreed()}`);
const socket = connect(proxy.httpPort, '127.0.0.1');
socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
await once(socket, 'data');
console.log(`through the proxy: ${await agreed({ createConnection: () => socket })}`);
process.exit();
JS
seen=$(timeout 40 node main.mjs)
echo "$seen"
if [ "$seen" != 'directly: the server was offered mqtt and speaks mqtt, the client speaks mqtt
through the proxy: the server was offered nothing and speaks none, the client speaks mqtt' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the two ends disagree on the subprotocol'
