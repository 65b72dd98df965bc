#!/usr/bin/env bash
# On a data channel of werift, nothing arrives after an empty message. werift gives the empty message a place in the order of the
# channel's messages but sends nothing, so the other side goes on waiting for the missing message and delivers no later one on
# that channel. The sender learns nothing; its bufferedAmount falls to 0.
#
# Version:  werift 0.25.2
# Expected: "", then "two": an empty message travels as one zero byte with a payload identifier of its own (RFC 8831 section 6.6)
# Seen:     neither of them; the other channel of the connection still works
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund werift@0.25.2
cat >main.mjs <<'JS'
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { RTCPeerConnection } from 'werift';

const [here, there] = [0, 1].map(() => new RTCPeerConnection({ iceServers: [] }));
const channels = ['first', 'second'].map((label) => here.createDataChannel(label));
const received = { first: [], second: [] };
there.ondatachannel = ({ channel }) => {
  channel.onmessage = ({ data }) => received[channel.label].push(String(data));
};
const open = channels.map((channel) => new Promise((done) => (channel.onopen = done)));
await here.setLocalDescription(await here.createOffer());
await there.setRemoteDescription(here.localDescription);
await there.setLocalDescription(await there.createAnswer());
await here.setRemoteDescription(there.localDescription);
await Promise.all(open);

const [first, second] = channels;
for (const text of ['one', '', 'two']) first.send(text);
for (const text of ['one', 'two']) second.send(text);
await sleep(3000);
console.log(JSON.stringify({ ...received, waiting: first.bufferedAmount }));
process.exit();
JS
seen=$(timeout 40 node main.mjs)
echo "$seen"
if [ "$seen" != '{"first":["one"],"second":["one","two"],"waiting":0}' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: nothing arrives after an empty message'
