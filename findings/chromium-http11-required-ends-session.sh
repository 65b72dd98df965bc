#!/usr/bin/env bash
# A server may refuse one HTTP/2 stream with RST_STREAM and HTTP_1_1_REQUIRED: "use HTTP/1.1 for this one" (RFC 9113 section 7).
# Chromium retries that request over HTTP/1.1, but it also drops the whole connection: the WebSockets that were open on it (RFC
# 8441) close with 1006, and downloads would fail too.
#
# Version:  Debian's chromium 156, Node 20
# Expected: a stream error affects only its stream (RFC 9113 section 5.4.2): the first WebSocket stays open
# Seen:     the first WebSocket closes with 1006 when the second one is told to use HTTP/1.1
set -euo pipefail

chromium=$(command -v chromium)
dir=$(mktemp -d)
# The browser's last process may still be writing.
trap 'sleep 2; rm -rf "$dir"' EXIT
cd "$dir"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout key -out cert 2>/dev/null
cat >main.mjs <<'JS'
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, createSecureServer } from 'node:http2';

const page = `<!doctype html><link rel="icon" href="data:,"><script type="module">
  // After this request the browser knows the server's settings; before, it opens WebSockets over HTTP/1.1.
  await (await fetch('/settings')).text();
  const open = () => new WebSocket(location.href.replace('https', 'wss'));
  const first = open();
  await new Promise((resolve) => (first.onopen = resolve));
  let end = 'stays open';
  first.onclose = ({ code }) => (end = 'closes with ' + code);
  const second = open();
  await new Promise((resolve) => (second.onclose = resolve));
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await fetch('/', { method: 'POST', body: 'the first ' + end });
</script>`;
const server = createSecureServer({
  cert: readFileSync('cert'),
  key: readFileSync('key'),
  settings: { enableConnectProtocol: true },
  allowHTTP1: true,
});
let webSockets = 0;
server.on('stream', (stream, headers) => {
  stream.on('error', () => {});
  if (headers[':method'] === 'CONNECT') {
    webSockets += 1;
    if (webSockets === 1) stream.respond({ ':status': 200 });
    else stream.close(constants.NGHTTP2_HTTP_1_1_REQUIRED);
  } else {
    stream.respond({ ':status': 200, 'content-type': 'text/html' });
    stream.end(page);
  }
});
// After the refusal, the browser uses HTTP/1.1: for the second WebSocket again, and for the report.
server.on('request', (request, response) => {
  if (request.httpVersionMajor > 1) return;
  if (request.method !== 'POST') return response.writeHead(404).end();
  request.on('data', (text) => {
    console.log(`over HTTP/2: ${webSockets} WebSockets; ${text}`);
    browser.on('exit', () => process.exit()).kill();
  });
});
let browser;
server.listen(0, '127.0.0.1', () => {
  const flags = ['--headless', '--no-sandbox', '--disable-background-networking', '--ignore-certificate-errors'];
  const url = `https://localhost:${server.address().port}/`;
  browser = spawn(process.argv[2], [...flags, `--user-data-dir=${process.cwd()}/profile`, url], {
    stdio: 'ignore',
  });
  process.on('exit', () => browser.kill('SIGKILL'));
});
JS
seen=$(timeout 50 node main.mjs "$chromium")
echo "$seen"
grep -q '^over HTTP/2: 2 WebSockets; the first closes with 1006$' <<<"$seen"
