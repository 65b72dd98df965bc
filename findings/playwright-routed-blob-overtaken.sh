#!/usr/bin/env bash
# A page sends a Blob and then "end", as a recorder does, and the server gets "end" first: this happens once a test routes the
# WebSocket with Playwright's routeWebSocket, even if the route only passes everything on to the real server. The mock in the page
# reads the Blob in a later turn and lets the other messages pass. Without the route the order is kept.
#
# Version:  playwright-core 1.65.1, Debian's chromium 156, ws 8.23.0
# Expected: "blob", "end" in both cases: messages are sent in the order of the calls (WHATWG WebSockets)
# Seen:     "end", "blob" with the route
set -euo pipefail

chromium=$(command -v chromium)
dir=$(mktemp -d)
# The browser's last process may still be writing.
trap 'sleep 1; rm -rf "$dir"' EXIT
cd "$dir"
export TMPDIR=$dir
npm install --silent --no-audit --no-fund playwright-core@1.65.1 ws@8.23.0
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { WebSocketServer } from 'ws';

const http = createServer((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html>'));
const server = new WebSocketServer({ server: http });
http.listen(0, '127.0.0.1');
await once(http, 'listening');
const host = `127.0.0.1:${http.address().port}`;
const browser = await chromium.launch({ executablePath: process.argv[2], args: ['--no-sandbox'] });
for (const routed of [false, true]) {
  const page = await browser.newPage();
  if (routed) await page.routeWebSocket('**', (socket) => void socket.connectToServer());
  await page.goto(`http://${host}/`);
  const received = new Promise((done) => {
    server.once('connection', (socket) => {
      const messages = [];
      socket.on('message', (data) => messages.push(String(data)) === 2 && done(messages));
    });
  });
  await page.evaluate((url) => {
    const socket = new WebSocket(url);
    socket.onopen = () => {
      socket.send(new Blob(['blob']));
      socket.send('end');
    };
  }, `ws://${host}/`);
  console.log(`${routed ? 'with' : 'without'} the route: ${await received}`);
  await page.close();
}
await browser.close();
process.exit();
JS
seen=$(timeout -k 5 45 node main.mjs "$chromium")
echo "$seen"
if [ "$seen" != 'without the route: blob,end
with the route: end,blob' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the Blob is overtaken'
