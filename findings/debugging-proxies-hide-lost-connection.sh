#!/usr/bin/env bash
# A WebSocket that breaks looks cleanly closed as soon as a debugging proxy stands in between. mockttp (of HTTP Toolkit) and
# http-mitm-proxy report one end's broken connection to the other with a close frame without a code, a clean close. A client that
# reconnects after a lost connection ends normally instead, so the fault under investigation disappears.
#
# Version:  mockttp 4.6.5, http-mitm-proxy 1.1.0, ws 8.23.0
# Expected: 1006 with and without the proxy: the connection ends without a close frame (RFC 6455 section 7.1.5)
# Seen:     1006 directly, 1005 through both, in both directions
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts mockttp@4.6.5 http-mitm-proxy@1.1.0 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { connect } from 'node:net';
import mitm from 'http-mitm-proxy';
import { getLocal } from 'mockttp';
import { WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
const target = `127.0.0.1:${server.address().port}`;

const mockttp = getLocal();
await mockttp.start();
await mockttp.forAnyWebSocket().thenPassThrough();
const proxy = new mitm.Proxy();
await new Promise((done) => proxy.listen({ port: 0, host: '127.0.0.1', sslCaDir: 'ca' }, done));

async function tunnel(port) {
  const socket = connect(port, '127.0.0.1');
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
  await once(socket, 'data');
  return socket;
}
/** Breaks one end, and returns the code that the other one sees. */
async function code(end, port) {
  const socket = port ? await tunnel(port) : undefined;
  const connection = once(server, 'connection');
  const client = new WebSocket(`ws://${target}`, socket ? { createConnection: () => socket } : {});
  await once(client, 'open');
  const [peer] = await connection;
  // Wait until the proxy passes messages both ways.
  peer.once('message', () => peer.send('ready'));
  client.send('ready');
  await once(client, 'message');
  const [near, far] = end === 'client' ? [client, peer] : [peer, client];
  const closed = once(far, 'close');
  near.terminate();
  return (await closed)[0];
}
const ways = { directly: 0, 'through mockttp': mockttp.port, 'through http-mitm-proxy': proxy.httpPort };
for (const [way, port] of Object.entries(ways)) {
  console.log(`${way}: the server sees ${await code('client', port)}, the client sees ${await code('server', port)}`);
}
process.exit();
JS
seen=$(timeout 40 node main.mjs)
echo "$seen"
if [ "$seen" != 'directly: the server sees 1006, the client sees 1006
through mockttp: the server sees 1005, the client sees 1005
through http-mitm-proxy: the server sees 1005, the client sees 1005' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: a lost connection looks like a clean close'
