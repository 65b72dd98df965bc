#!/usr/bin/env bash
# A server hands a connection to a child process with `child.send(message, socket)`, and the child is killed before it takes the
# socket. Node then closes nothing: the connection stays open as long as the parent lives, `socket` never emits `close`, the
# callback of `send` reports success, and the client waits for ever. (If the child has taken the socket, the kernel closes it, as
# expected.)
#
# Version:  Node.js 20.20.2 (npm package node)
# Expected: the connection is closed, or the callback of `send` gets an error
# Seen:     no error, no `close`, and the client is still connected 3 s after the child's `exit`
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund node@20.20.2
cat >child.mjs <<'JS'
process.on('message', () => {});
process.send('ready');
JS
cat >main.mjs <<'JS'
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const told = [];
const child = fork('child.mjs');
await once(child, 'message');
const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
await once(server, 'listening');
const client = connect(server.address().port, '127.0.0.1');
client.on('error', () => told.push('client error')).on('close', () => told.push('client close'));
const [socket] = await once(server, 'connection');
socket.on('close', () => told.push('socket close'));
// The child is busy, then it is killed.
child.kill('SIGSTOP');
child.send('take it', socket, {}, (error) => told.push(error ? `sent: ${error.message}` : 'sent without an error'));
await setTimeout(200);
child.kill('SIGKILL');
await once(child, 'exit');
await setTimeout(3000);
console.log(`Node ${process.version}: ${told.join(', ')}`);
process.exit(told.some((what) => what.endsWith('close') || what.startsWith('sent:')) ? 1 : 0);
JS
if ! node_modules/.bin/node main.mjs; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: nobody closes the connection'
