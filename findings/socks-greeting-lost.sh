#!/usr/bin/env bash
# Through a SOCKS proxy, a Node program can lose the greeting of a server that speaks first (VNC, SSH, SMTP), because the first
# bytes may come in the same segment as the proxy's reply. The package socks hands those bytes over as a `data` event that it
# emits itself in the next turn; they never enter the stream. A reader that pulls, as `for await` does, loses the greeting. The
# socket is flowing from then on, so a listener that is added later loses everything up to then.
#
# Version:  socks 2.8.11
# Expected: as after net.connect(): data waits in the stream until somebody reads
# Seen:     a `data` listener gets both lines, `for await` only the second; a listener added 50 ms later also gets only the second
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund socks@2.8.11
cat >main.mjs <<'JS'
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { SocksClient } from 'socks';

// A SOCKS5 proxy; the server behind it greets at once and sends one more line later.
const proxy = createServer((socket) => {
  socket.once('data', () => {
    socket.write(Buffer.of(5, 0));
    socket.once('data', async () => {
      socket.write(Buffer.concat([Buffer.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 80), Buffer.from('RFB 003.008\n')]));
      await sleep(300);
      socket.end('second\n');
    });
  });
}).listen(0, '127.0.0.1');
await once(proxy, 'listening');

async function connect() {
  const { socket } = await SocksClient.createConnection({
    proxy: { host: '127.0.0.1', port: proxy.address().port, type: 5 },
    command: 'connect',
    destination: { host: '127.0.0.1', port: 80 },
  });
  return socket;
}
async function listen(socket) {
  let text = '';
  socket.on('data', (bytes) => (text += bytes));
  await once(socket, 'close');
  return text;
}
async function pull(socket) {
  let text = '';
  for await (const bytes of socket) text += bytes;
  return text;
}
async function listenLater(socket) {
  await sleep(50);
  return listen(socket);
}

for (const read of [listen, pull, listenLater]) console.log(`${read.name}: ${JSON.stringify(await read(await connect()))}`);
proxy.close();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'listen: "RFB 003.008\nsecond\n"
pull: "second\n"
listenLater: "second\n"' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the greeting is lost'
