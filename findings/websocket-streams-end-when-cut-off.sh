#!/usr/bin/env bash
# Half a file that arrived over a WebSocket passes for a complete one. When the connection breaks without a close frame (1006),
# libraries that turn a WebSocket into a stream end the stream as if everything had arrived: `pipeline` resolves. The same happens
# when the server reports its own failure with 1011. Only the WebSocket behind the stream knows the code.
#
# Version:  ws 8.23.0 (createWebSocketStream), websocket-stream 5.5.2, @httptoolkit/websocket-stream 6.0.1, it-ws 6.1.5
# Expected: an error for a connection that was cut off, as from undici's WebSocketStream (RFC 6455 section 7.1.5: 1006 is an
#           abnormal end)
# Seen:     all four end the same way for 1000, 1011 and a connection that was cut off
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts ws@8.23.0 undici@7.30.2 it-ws@6.1.5 \
  websocket-stream@5.5.2 @httptoolkit/websocket-stream@6.0.1
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import httptoolkit from '@httptoolkit/websocket-stream';
import { connect } from 'it-ws/client';
import { WebSocketStream } from 'undici';
import websocketStream from 'websocket-stream';
import { createWebSocketStream, WebSocket, WebSocketServer } from 'ws';

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await once(server, 'listening');
const url = `ws://127.0.0.1:${server.address().port}`;
const libraries = {
  ws: () => createWebSocketStream(new WebSocket(url)),
  'websocket-stream': () => websocketStream(url),
  httptoolkit: () => httptoolkit(url),
  'it-ws': () => connect(url).source,
  undici: async () => (await new WebSocketStream(url).opened).readable,
};
const ends = {
  1000: (socket) => socket.close(1000),
  1011: (socket) => socket.close(1011),
  'cut off': (socket) => socket.terminate(),
};
for (const [end, act] of Object.entries(ends)) {
  const line = [];
  for (const [name, open] of Object.entries(libraries)) {
    const [stream, [socket]] = await Promise.all([open(), once(server, 'connection')]);
    let text = '';
    const read = pipeline(stream, async (chunks) => {
      for await (const chunk of chunks) text += Buffer.from(chunk);
    }).then(() => `ends after "${text}"`, () => 'fails');
    await sleep(50);
    socket.send('half');
    await sleep(50);
    act(socket);
    line.push(`${name} ${await read}`);
  }
  console.log(`${end}: ${line.join(', ')}`);
}
process.exit();
JS
seen=$(timeout 30 node --no-warnings main.mjs)
echo "$seen"
half='ends after "half"'
four="ws $half, websocket-stream $half, httptoolkit $half, it-ws $half"
if [ "$seen" != "1000: $four, undici $half
1011: $four, undici $half
cut off: $four, undici fails" ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: a stream that was cut off looks complete'
