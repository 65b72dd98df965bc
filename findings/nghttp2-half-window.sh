#!/usr/bin/env bash
# An HTTP/2 upload carries at most one stream window per round trip, so the window is usually sized as bandwidth times round-trip
# time. With Node's server, a client gets half of that. The server returns credit in lumps of at least half a window, and frames
# rarely divide a window evenly: after the first lump a little less than half is left, too little for a second lump until the
# first has made its round trip. Only writes that add up to exactly half a window use the whole.
#
# Version:  Node 20.20 (nghttp2 1.61), 22.23, 24.21, 26.10 (nghttp2 1.70)
# Expected: about one window per round trip, whatever the size of the writes
# Seen:     0.94 to 0.98 of a window with writes of 65,536 bytes; 0.48 to 0.50 with writes of 60,000 bytes
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/main.mjs" <<'JS'
import { connect, createServer } from 'node:http2';
import { connect as dial, createServer as listen } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const WINDOW = 1024 * 1024;
const DELAY = 50;
const ROUND_TRIP = 2 * DELAY;
let received = 0;

const server = createServer({ settings: { initialWindowSize: WINDOW } });
server.on('session', (session) => session.setLocalWindowSize(16 * WINDOW));
server.on('stream', (stream) => stream.on('data', (bytes) => (received += bytes.length)));
await new Promise((done) => server.listen(0, '127.0.0.1', done));

// A slow line: every chunk arrives DELAY ms later, however much is in flight.
const line = listen((client) => {
  const upstream = dial({ port: server.address().port, host: '127.0.0.1', noDelay: true });
  for (const [from, to] of [[client, upstream], [upstream, client]]) {
    from.on('data', (bytes) => setTimeout(() => to.write(bytes), DELAY));
    from.on('error', () => {}).on('close', () => to.destroy());
  }
});
await new Promise((done) => line.listen(0, '127.0.0.1', done));

/** The part of a window that an upload carries per round trip. */
async function share(size) {
  const session = connect(`http://127.0.0.1:${line.address().port}`);
  await new Promise((done) => session.once('remoteSettings', done));
  const stream = session.request({ ':method': 'POST' });
  const block = Buffer.alloc(size);
  const send = () => {
    while (stream.write(block));
  };
  stream.on('error', () => {}).on('drain', send);
  send();
  await sleep(2000);
  const [before, started] = [received, performance.now()];
  await sleep(5000);
  const trips = (performance.now() - started) / ROUND_TRIP;
  const bytes = received - before;
  session.destroy();
  return bytes / trips / WINDOW;
}

const even = await share(65_536);
const odd = await share(60_000);
const { node, nghttp2 } = process.versions;
console.log(`Node ${node}, nghttp2 ${nghttp2}: ${even.toFixed(2)} of the window with 65,536 bytes a write, ${odd.toFixed(2)} with 60,000`);
process.exit(even > 0.75 && odd < 0.65 ? 0 : 1);
JS
node "$dir/main.mjs"
