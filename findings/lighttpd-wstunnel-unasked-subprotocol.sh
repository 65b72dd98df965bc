#!/usr/bin/env bash
# `new WebSocket(url)` never opens on lighttpd's mod_wstunnel with wstunnel.frame-type = "binary", the setting for bytes. The
# module answers each handshake with Sec-WebSocket-Protocol: binary, whether the client offered that, something else, or nothing,
# and a client that did not offer it must fail the connection. Only clients that offer "binary" get through.
#
# Version:  lighttpd 1.4.69 (Debian 12, lighttpd 1.4.69-1), ws 8.23.0
# Expected: no Sec-WebSocket-Protocol unless the client offered "binary" (RFC 6455 section 4.2.2, /subprotocol/)
# Seen:     "binary" in each case; ws: "Server sent a subprotocol but none was requested", "Server sent an invalid subprotocol"
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

async function connect(offer) {
  for (let attempt = 0; ; attempt++) {
    const client = new WebSocket(`ws://127.0.0.1:${port}/`, offer);
    let answered = 'no 101';
    client.on('upgrade', (response) => (answered = response.headers['sec-websocket-protocol'] ?? 'none'));
    const ended = await new Promise((done) => client.on('open', () => done('open')).on('error', done));
    client.terminate();
    if (ended.code !== 'ECONNREFUSED' || attempt === 50) return [answered, ended.message ?? ended];
    await sleep(100);
  }
}

const results = [];
for (const offer of [['binary'], ['other'], []]) {
  const [answered, ended] = await connect(offer);
  console.log(`offered ${offer[0] ?? 'none'}: answered ${answered}; ws: ${ended}`);
  results.push(answered === 'binary' && (ended === 'open') === (offer[0] === 'binary'));
}
const reproduced = results.every((result) => result);
console.log(reproduced ? 'Reproduced: lighttpd selects a subprotocol that was not offered' : 'Not reproduced');
process.exit(reproduced ? 0 : 1);
JS
timeout 40 node main.mjs "$port" "$backend"
