#!/usr/bin/env bash
# A program that sends a Float32Array or a DataView through node-datachannel's polyfill loses bytes. A data channel should send
# the bytes of any view, but this one does so only for a Uint8Array. Of every other view it sends the elements, each converted to
# one byte: the integer parts of a Float32Array, the low bytes of a Uint16Array, nothing of a DataView. There is no error, and as
# many messages arrive as were sent.
#
# Version:  node-datachannel 0.33.4, its polyfill (node-datachannel/polyfill)
# Expected: 2, 4, 4 and 4 bytes: the data is the section of the buffer that the view describes (W3C WebRTC, RTCDataChannel.send
#           with an ArrayBufferView)
# Seen:     2, 2, 1 and 0 bytes
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts node-datachannel@0.33.4
cat >main.mjs <<'JS'
import { RTCPeerConnection } from 'node-datachannel/polyfill';

const [here, there] = [0, 1].map(() => new RTCPeerConnection({ iceServers: [] }));
here.onicecandidate = ({ candidate }) => candidate && there.addIceCandidate(candidate);
there.onicecandidate = ({ candidate }) => candidate && here.addIceCandidate(candidate);
const local = here.createDataChannel('bytes');
const open = new Promise((done) => (local.onopen = done));
const incoming = new Promise((done) => (there.ondatachannel = ({ channel }) => done(channel)));
await here.setLocalDescription(await here.createOffer());
await there.setRemoteDescription(here.localDescription);
await there.setLocalDescription(await there.createAnswer());
await here.setRemoteDescription(there.localDescription);
const remote = await incoming;
remote.binaryType = 'arraybuffer';
await open;
for (const view of [Uint8Array.of(1, 2), Uint16Array.of(1, 258), Float32Array.of(1.5), new DataView(Uint8Array.of(1, 2, 3, 4).buffer)]) {
  const message = new Promise((done) => (remote.onmessage = ({ data }) => done(data)));
  local.send(view);
  const received = new Uint8Array(await message);
  console.log(`${view.constructor.name} of ${view.byteLength} bytes: ${received.length} arrive: ${received.join(' ')}`);
}
process.exit();
JS
seen=$(timeout 40 node --no-warnings main.mjs)
echo "$seen"
if [ "$seen" != 'Uint8Array of 2 bytes: 2 arrive: 1 2
Uint16Array of 4 bytes: 2 arrive: 1 2
Float32Array of 4 bytes: 1 arrive: 1
DataView of 4 bytes: 0 arrive: ' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the bytes of a view are lost'
