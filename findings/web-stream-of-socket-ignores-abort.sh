#!/usr/bin/env bash
# A time limit on an upload through a socket's Web stream has no effect while the peer does not read. If pipeTo() has
# AbortSignal.timeout(500) as its signal, the half second passes, but the promise does not settle and the socket stays open. An
# abort waits for the write that is under way, unless the stream's sink listens to its controller's signal, and the sink of a
# socket does not.
#
# Version:  Node 20.20 and 24.21; by hand also Bun 1.4.4, Deno 2.9.6 (and Deno.connect()), and the WebSocketStream of undici
#           7.30.2 and of Deno
# Expected: the promise rejects with a TimeoutError and the socket is destroyed, as by pipeline() of node:stream with the same
#           signal (WHATWG Streams: WritableStreamDefaultController's signal aborts the pending write)
# Seen:     pipeline rejects after 500 ms; pipeTo is pending after 3 s, the socket open
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/main.mjs" <<'JS'
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { Duplex, Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const server = createServer((socket) => socket.on('error', () => {}).pause()).listen(0, '127.0.0.1');
await once(server, 'listening');
const block = new Uint8Array(65_536);
const uploads = {
  pipeline: (socket, signal) => pipeline(new Readable({ read() { this.push(block); } }), socket, { signal }),
  pipeTo: (socket, signal) =>
    new ReadableStream({ pull: (controller) => controller.enqueue(block) }).pipeTo(Duplex.toWeb(socket).writable, { signal }),
};
for (const [name, upload] of Object.entries(uploads)) {
  const socket = connect(server.address().port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  const outcome = upload(socket, AbortSignal.timeout(500)).then(() => 'has ended', () => 'was stopped');
  console.log(`${name} ${await Promise.race([outcome, sleep(3000, 'is pending')])}, the socket is ${socket.destroyed ? 'closed' : 'open'}`);
}
process.exit();
JS
seen=$(timeout 30 node "$dir/main.mjs")
echo "Node $(node -v):"
echo "$seen"
if [ "$seen" != 'pipeline was stopped, the socket is closed
pipeTo is pending, the socket is open' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: an abort waits for the peer'
