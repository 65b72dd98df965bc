#!/usr/bin/env bash
# Behind @fastify/http-proxy, a page can mistake a lost connection for a refusal by its server. The codes 1005 and 1006 are never
# sent: they mean that a close frame came without a code, or that none came at all. The proxy passes them on as 4005 and 4006,
# which belong to the application. A page that does not reconnect after 4000 to 4999 gives up although the connection was merely
# lost.
#
# Version:  @fastify/http-proxy 11.6.3, fastify 5.12.8, ws 8.23.0
# Expected: an empty close frame for 1005; for 1006 the end of the connection without one, or a code such as 1011 (RFC 6455
#           section 7.4)
# Seen:     4005 and 4006, in both directions
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund @fastify/http-proxy@11.6.3 fastify@5.12.8 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import Fastify from 'fastify';
import proxy from '@fastify/http-proxy';
import { WebSocket, WebSocketServer } from 'ws';

const target = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(target, 'listening');
const fastify = Fastify();
await fastify.register(proxy, { upstream: `http://127.0.0.1:${target.address().port}`, websocket: true });
await fastify.listen({ port: 0, host: '127.0.0.1' });

/** Connects through the proxy, ends one side, and returns the code that the other side sees. */
async function code(end, act) {
  const client = new WebSocket(`ws://127.0.0.1:${fastify.server.address().port}`);
  const [[server]] = await Promise.all([once(target, 'connection'), once(client, 'open')]);
  server.once('message', () => server.send('ready'));
  client.send('ready');
  await once(client, 'message');
  const [near, far] = end === 'client' ? [client, server] : [server, client];
  const closed = once(far, 'close');
  near[act]();
  return (await closed)[0];
}
for (const end of ['client', 'server']) {
  for (const act of ['close', 'terminate']) console.log(`${act}() at the ${end}: the other side sees ${await code(end, act)}`);
}
process.exit();
JS
seen=$(timeout 40 node main.mjs)
echo "$seen"
if [ "$seen" != 'close() at the client: the other side sees 4005
terminate() at the client: the other side sees 4006
close() at the server: the other side sees 4005
terminate() at the server: the other side sees 4006' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the proxy invents application codes'
