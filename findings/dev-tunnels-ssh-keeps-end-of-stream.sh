#!/usr/bin/env bash
# A client that ends its direction through an SSH port forwarding waits in vain for the answer if the SSH server is Microsoft's
# dev-tunnels-ssh. That server receives the channel's EOF but does not end its TCP connection to the target. A target that reads
# up to the end before it answers waits too. With an SSH server made with ssh2, the same client gets its answer from the same
# target.
#
# Version:  @microsoft/dev-tunnels-ssh-tcp 3.12.42 and ssh2 1.17.0 as servers, ssh2 1.17.0 as the client
# Expected: "got hello" from both: the server passes the EOF on, and the channel stays open in the other direction (RFC 4254
#           section 5.3; it says "may send EOF to whatever is at the other end")
# Seen:     "got hello" through ssh2, nothing through dev-tunnels-ssh after 3 s
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts \
  ssh2@1.17.0 @microsoft/dev-tunnels-ssh@3.12.42 @microsoft/dev-tunnels-ssh-tcp@3.12.42
cat >main.mjs <<'JS'
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SshAlgorithms, SshSessionConfiguration } from '@microsoft/dev-tunnels-ssh';
import { PortForwardingService, SshServer } from '@microsoft/dev-tunnels-ssh-tcp';
import ssh2 from 'ssh2';

async function listen(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}
// Reads up to the end, then answers.
const target = createServer({ allowHalfOpen: true }, (socket) => {
  let text = '';
  socket.on('error', () => {}).on('data', (bytes) => (text += bytes)).on('end', () => socket.end(`got ${text}`));
});
const targetPort = await listen(target);

async function startSsh2() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const server = new ssh2.Server({ hostKeys: [privateKey.export({ type: 'pkcs1', format: 'pem' })] }, (client) => {
    client.on('authentication', (request) => request.accept());
    client.on('tcpip', (accept, _, { destIP, destPort }) => {
      const socket = connect({ host: destIP, port: destPort, allowHalfOpen: true });
      const channel = accept();
      channel.pipe(socket).pipe(channel);
    });
  });
  return listen(server);
}
async function startDevTunnels() {
  const free = createServer();
  const port = await listen(free);
  await new Promise((done) => free.close(done));
  const configuration = new SshSessionConfiguration();
  configuration.addService(PortForwardingService);
  const server = new SshServer(configuration);
  server.credentials = { publicKeys: [await SshAlgorithms.publicKey.rsaWithSha512.generateKeyPair()] };
  server.onSessionOpened((session) => session.onAuthenticating((request) => (request.authenticationPromise = Promise.resolve({}))));
  server.acceptSessions(port, '127.0.0.1');
  await sleep(300);
  return port;
}

for (const [name, start] of [['ssh2', startSsh2], ['dev-tunnels-ssh', startDevTunnels]]) {
  const client = new ssh2.Client();
  const port = await start();
  client.connect({ host: '127.0.0.1', port, username: 'user', password: 'any' });
  await once(client, 'ready');
  const channel = await new Promise((done, fail) => {
    client.forwardOut('127.0.0.1', 1, '127.0.0.1', targetPort, (error, stream) => (error ? fail(error) : done(stream)));
  });
  let text = '';
  channel.on('data', (bytes) => (text += bytes));
  const end = once(channel, 'end');
  channel.end('hello');
  await Promise.race([end, sleep(3000)]);
  console.log(`${name}: ${text || 'no answer'}`);
}
process.exit();
JS
seen=$(timeout 40 node main.mjs)
echo "$seen"
if [ "$seen" != 'ssh2: got hello
dev-tunnels-ssh: no answer' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the SSH server does not pass on the end of the stream'
