#!/usr/bin/env bash
# With terminalWidth and terminalHeight set, telnet-client can't log in to a server that asks for the terminal type. It agrees to
# send the type, but when asked for it, it sends back only the first three bytes of the request: IAC SB TERMINAL-TYPE. To the
# server, this starts a subnegotiation that never ends: the user name and everything that the client sends after it become part of
# it, so the login never proceeds.
#
# Version:  telnet-client 2.2.14
# Expected: IAC SB TERMINAL-TYPE IS ... IAC SE (RFC 1091), or WONT in the first place
# Seen:     IAC WILL TERMINAL-TYPE, IAC SB TERMINAL-TYPE, "guest"; the client says "Cannot connect"
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund telnet-client@2.2.14
cat >main.mjs <<'JS'
import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Telnet } from 'telnet-client';

const [SE, SB, WILL, DO, IAC, TERMINAL_TYPE, SEND] = [240, 250, 251, 253, 255, 24, 1];
let received = Buffer.alloc(0);
const server = createServer(async (socket) => {
  socket.on('error', () => {}).on('data', (bytes) => (received = Buffer.concat([received, bytes])));
  socket.write(Buffer.of(IAC, DO, TERMINAL_TYPE));
  while (!received.includes(Buffer.of(IAC, WILL, TERMINAL_TYPE))) await sleep(10);
  socket.write(Buffer.of(IAC, SB, TERMINAL_TYPE, SEND, IAC, SE));
  await sleep(200);
  socket.write('login: ');
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const client = new Telnet();
const options = { host: '127.0.0.1', port: server.address().port, timeout: 1500, username: 'guest', shellPrompt: '$ ' };
const outcome = await client.connect({ ...options, terminalWidth: 80, terminalHeight: 24 }).then(
  () => 'connected',
  (error) => error.message,
);
const plain = received.toString('latin1').replace(/[^ -~]/g, (byte) => `<${byte.charCodeAt(0)}>`);
console.log(`the server got ${plain}`);
console.log(`the client says: ${outcome}`);
process.exit();
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'the server got <255><251><24><255><250><24>guest<10>
the client says: Cannot connect' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the user name is inside a subnegotiation'
