#!/usr/bin/env bash
# Nobody sends the codes 1005 and 1006: they mean that a close frame came without a code, or that none came at all.
# @fastify/http-proxy passes them on as 4005 and 4006. Those belong to the application: a page that takes 4000 to 4999 for a
# refusal by its server, after which it does not reconnect, gives up although the connection was merely lost.
#
# Version:  @fastify/http-proxy 11.6.3, fastify 5.12.8, ws 8.23.0
# Expected: 1005 is passed on as an empty close frame; 1006 as a connection that ends without one, or as 1011 or 1014 (RFC 6455 section 7.4, IANA's registry)
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
echo 'Reproduced: codes of the application that no application sent'
