#!/usr/bin/env bash
# A program that sends faster than the network carries loses messages on a reliable data channel of @roamhq/wrtc. When the buffer
# is full, at 16 MiB, send() should throw an OperationError; here it drops the message and returns as usual. Later messages
# arrive, so a hole is left in a channel that is reliable and in order. bufferedAmount, which stays at the limit, is the only
# sign.
#
# Version:  @roamhq/wrtc 0.10.0
# Expected: an exception from send() (W3C WebRTC, RTCDataChannel.send: "throw an OperationError")
# Seen:     600 messages of 60,000 bytes are sent without an exception, 300 to 400 arrive
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts @roamhq/wrtc@0.10.0
cat >main.mjs <<'JS'
import { setTimeout as sleep } from 'node:timers/promises';
import wrtc from '@roamhq/wrtc';

const [here, there] = [0, 1].map(() => new wrtc.RTCPeerConnection());
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
await open;

const numbers = [];
remote.onmessage = ({ data }) => numbers.push(new DataView(data).getUint16(0));
const message = new DataView(new ArrayBuffer(60_000));
const send = (number) => {
  message.setUint16(0, number);
  local.send(message);
};
let exceptions = 0;
for (let i = 0; i < 600; i++) {
  try {
    send(i);
  } catch {
    exceptions += 1;
  }
}
const full = local.bufferedAmount;
while (local.bufferedAmount > 0) await sleep(100);
send(600);
while (numbers.at(-1) !== 600) await sleep(100);
const hole = numbers.findIndex((number, at) => number !== at);
console.log(`${exceptions} exceptions, ${Math.round(full / 1e6)} MB buffered; ${numbers.length} of 601 arrive: after ${hole - 1} comes ${numbers[hole]}`);
process.exit(exceptions === 0 && hole > 0 && numbers.length < 601 ? 0 : 1);
JS
if ! timeout 40 node main.mjs; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: messages are silently dropped'
