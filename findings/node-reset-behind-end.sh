#!/usr/bin/env bash
# A server sends its last bytes and, in the same turn, resets the connection. Node's socket emits `error`, "reset EINVAL", and
# never `close`; its handle stays open as long as the process lives. A program that counts connections by `close` counts this one
# for ever.
#
# Version:  Node 20.20, 22.23, 24.21, 26.10
# Expected: `close`, as after resetAndDestroy() alone, and after end() and destroy()
# Seen:     error EINVAL, no `close`, one TCPSocketWrap left
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/main.mjs" <<'JS'
import { createServer, connect } from 'node:net';

const server = createServer({ allowHalfOpen: true }, (socket) => {
  const events = [];
  socket.on('error', ({ message }) => events.push(`error ${message}`));
  socket.on('close', () => events.push('close'));
  socket.once('data', () => {
    socket.end('bye');
    socket.resetAndDestroy();
    setTimeout(() => {
      const left = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
      console.log(`Node ${process.version}: ${events.join(', ')}; ${left.length} TCPSocketWrap left`);
      process.exit(events.includes('close') ? 1 : 0);
    }, 1000);
  });
});
server.listen(0, '127.0.0.1', () => {
  const client = connect(server.address().port, '127.0.0.1');
  client.on('error', () => {});
  client.write('x');
  client.resume();
});
JS
node "$dir/main.mjs"
