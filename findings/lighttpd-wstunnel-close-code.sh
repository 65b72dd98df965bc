#!/usr/bin/env bash
# A client that checks close codes, as `ws` does, reports an invalid frame and 1006 for every connection that it closes in good
# order with lighttpd's mod_wstunnel. A close frame starts with its code as a two-byte number, but mod_wstunnel answers every
# close with the four characters "1000". Read as a number, the first two are 12592, a code that nobody may send; the other two
# become a two-digit reason.
#
# Version:  lighttpd 1.4.69 (Debian 12, lighttpd 1.4.69-1), ws 8.23.0
# Expected: 03 e8 (RFC 6455 section 5.5.1, "a 2-byte unsigned integer")
# Seen:     31 30 30 30; ws: "Invalid WebSocket frame: invalid status code 12592", 1006
set -euo pipefail

dir=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq lighttpd=1.4.69-1 libnettle8=3.8.1-2 libxxhash0=0.8.1-1 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
npm install --silent --no-audit --no-fund --prefix . ws@8.23.0 >/dev/null
read -r port backend < <(/usr/bin/python3 -c '
import socket
both = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[one.getsockname()[1] for one in both])')
cat >lighttpd.conf <<CFG
server.modules = ("mod_wstunnel")
server.bind = "127.0.0.1"
server.port = $port
server.document-root = "$dir"
wstunnel.server = ("" => (("host" => "127.0.0.1", "port" => $backend)))
wstunnel.frame-type = "binary"
CFG
LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu" usr/sbin/lighttpd -D -f lighttpd.conf -m usr/lib/lighttpd >log 2>&1 &

cat >main.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const [port, backend] = process.argv.slice(2).map(Number);
const server = createServer((socket) => socket.on('error', () => {}).pipe(socket)).listen(backend, '127.0.0.1');
await once(server, 'listening');

async function connect() {
  for (let attempt = 0; ; attempt++) {
    const client = new WebSocket(`ws://127.0.0.1:${port}/`, 'binary', { perMessageDeflate: false });
    let upgraded;
    client.on('upgrade', (response) => (upgraded = response.socket));
    try {
      await once(client, 'open');
      return [client, upgraded];
    } catch (error) {
      if (attempt === 50) throw error;
      await sleep(100);
    }
  }
}

const [client, socket] = await connect();
client.send('hello');
await once(client, 'message');
let frame;
socket.on('data', (bytes) => (frame ??= bytes));
let message;
client.on('error', (error) => (message = error.message));
client.close(1000);
const code = await new Promise((done) => client.on('close', done));
console.log(`the close frame: ${frame.toString('hex').replace(/..\B/g, '$& ')}`);
console.log(`ws: ${message}; ${code}`);
const reproduced = frame.equals(Buffer.from('\x88\x041000', 'latin1')) && code === 1006 && /invalid status code 12592/.test(message);
console.log(reproduced ? 'Reproduced: the code is sent as text' : 'Not reproduced');
process.exit(reproduced ? 0 : 1);
JS
timeout 40 node main.mjs "$port" "$backend"
