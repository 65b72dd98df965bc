#!/usr/bin/env bash
# On Node, arrayBuffer() of a crossws message returns more than the message, so a decoder that takes an ArrayBuffer starts at the
# wrong byte. The method returns the memory behind the bytes: everything that arrived at once, from the frame's header on, with
# the message somewhere in it. uint8Array() and blob() of the same message are correct.
#
# Version:  crossws 0.4.17, its adapter for Node; ws 8.23.0 as the client
# Expected: an ArrayBuffer of the message's bytes, as blob() has them ("Get data as ArrayBuffer")
# Seen:     for 3 bytes an ArrayBuffer of 9 that begins with 0x82, the frame's header; blob() and uint8Array() have 3
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund crossws@0.4.17 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import crossws from 'crossws/adapters/node';
import { WebSocket } from 'ws';

const { handleUpgrade } = crossws({
  hooks: {
    message(peer, message) {
      const buffer = message.arrayBuffer();
      const first = new Uint8Array(buffer)[0];
      console.log(`uint8Array ${message.uint8Array().length}, blob ${message.blob().size}, arrayBuffer ${buffer.byteLength}, which begins with ${first}`);
      process.exit();
    },
  },
});
const server = createServer().on('upgrade', handleUpgrade).listen(0, '127.0.0.1');
await once(server, 'listening');
const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
await once(client, 'open');
setTimeout(() => client.send(Buffer.of(7, 8, 9)), 200);
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'uint8Array 3, blob 3, arrayBuffer 9, which begins with 130' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the ArrayBuffer has more than the message'
