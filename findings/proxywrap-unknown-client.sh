#!/usr/bin/env bash
# A server that uses findhit-proxywrap finds `remoteAddress` undefined and `remotePort` NaN after PROXY UNKNOWN, the header of a
# proxy that can't name its client, although the proxy's own address is known. And if the network splits the header between CR and
# LF, the LF becomes the first byte of the client's data.
#
# Version:  findhit-proxywrap 0.3.13
# Expected: the connection's own address ("use the real connection's parameters", PROXY protocol, section 2.1); "hello" in every
#           case
# Seen:     undefined and NaN after UNKNOWN; "\nhello" when the header is cut
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund findhit-proxywrap@0.3.13
cat >main.mjs <<'JS'
import net from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import proxywrap from 'findhit-proxywrap';

const { createServer } = proxywrap.proxy(net);
for (const parts of [
  ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\nhello'],
  ['PROXY UNKNOWN\r\nhello'],
  ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r', '\nhello'],
]) {
  let done;
  const seen = new Promise((resolve) => (done = resolve));
  const server = createServer((socket) => {
    let text = '';
    const from = `${socket.remoteAddress} ${socket.remotePort}`;
    socket.on('data', (bytes) => (text += bytes)).on('end', () => done(`${from} ${JSON.stringify(text)}`));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = net.connect({ port: server.address().port, host: '127.0.0.1', noDelay: true });
  for (const part of parts) {
    client.write(part);
    await sleep(100);
  }
  client.end();
  console.log(`${JSON.stringify(parts.join(' + '))}: ${await seen}`);
  server.close();
}
JS
seen=$(timeout 30 node --no-deprecation main.mjs)
echo "$seen"
if [ "$(sed 's/.*": //' <<<"$seen")" != '192.0.2.1 1000 "hello"
undefined NaN "hello"
192.0.2.1 1000 "\nhello"' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: an unknown client has no address, and a cut header leaves a byte'
