#!/usr/bin/env bash
# A VNC server names the highest version that it speaks, and the client answers with one that is no higher. rfb2 answers 3.8 to everybody, and goes
# on as with 3.8 unless it was 3.3: with a server of 3.7 that asks for no password, it waits for a result of the authentication, which was
# introduced for that case in 3.8, and the server waits for its next message.
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

// What rfb2 prints by itself.
const { log } = console;
console.log = () => {};

/** A server without passwords. */
async function serve(socket, version) {
  const next = async () => (await once(socket, 'data'))[0];
  socket.on('error', () => {}).write(`RFB 003.00${version}\n`);
  const answer = await next();
  // Security type 1, None: prescribed by a server of 3.3, offered and chosen later on, and acknowledged since 3.8.
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
echo 'Reproduced: 3.8 to every server'
