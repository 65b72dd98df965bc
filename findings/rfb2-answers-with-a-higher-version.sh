#!/usr/bin/env bash
# rfb2 can't connect to a VNC server that speaks version 3.7 and asks for no password. The server names the highest version that
# it speaks, and the client must not choose a higher one, but rfb2 answers 3.8 to everybody. It then waits for a result of the
# authentication, which a server sends in this case only since 3.8, while the server waits for the client's next message.
#
# Version:  rfb2 0.2.2
# Expected: "RFB 003.003", "RFB 003.007" and "RFB 003.008" (RFC 6143 section 7.1.1), and a connection with each
# Seen:     "RFB 003.008" to all three; no connection with 3.7
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund rfb2@0.2.2
cat >main.cjs <<'JS'
const { once } = require('node:events');
const { createServer } = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { createConnection } = require('rfb2');

// rfb2 prints messages of its own; silence them.
const { log } = console;
console.log = () => {};

/** A server without passwords. */
async function serve(socket, version) {
  const next = async () => (await once(socket, 'data'))[0];
  socket.on('error', () => {}).write(`RFB 003.00${version}\n`);
  const answer = await next();
  // Security type 1, None: a 3.3 server prescribes it, a later one offers it for the client to choose, and 3.8 acknowledges it.
  socket.write(version === 3 ? Buffer.of(0, 0, 0, 1) : Buffer.of(1, 1));
  if (version > 3) await next();
  if (version === 8) socket.write(Buffer.of(0, 0, 0, 0));
  Promise.resolve(next()).then(() => {
    const format = Buffer.of(32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0, 0, 0, 0);
    socket.write(Buffer.concat([Buffer.of(0, 64, 0, 48), format, Buffer.of(0, 0, 0, 4), Buffer.from('desk')]));
  });
  return answer.toString().trim();
}

(async () => {
  for (const version of [3, 7, 8]) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const connection = once(server, 'connection');
    const client = createConnection({ host: '127.0.0.1', port: server.address().port });
    const connected = new Promise((done) => client.on('connect', () => done('connected')));
    const [socket] = await connection;
    const answer = await serve(socket, version);
    log(`to 3.${version}: ${answer}, ${await Promise.race([connected, sleep(2000, 'not connected')])}`);
  }
  process.exit();
})();
JS
seen=$(timeout 30 node --no-deprecation main.cjs)
echo "$seen"
if [ "$seen" != 'to 3.3: RFB 003.008, connected
to 3.7: RFB 003.008, not connected
to 3.8: RFB 003.008, connected' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: rfb2 answers 3.8 to every server'
