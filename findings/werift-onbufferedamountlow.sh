#!/usr/bin/env bash
# werift's data channels call a handler assigned to `onopen` or `onmessage`, as browsers do, but never one assigned to
# `onbufferedamountlow`: only listeners get that event. Code that waits for it through the property waits for ever.
#
# Version:  werift 0.25.2
# Expected: the handler in `onbufferedamountlow` is called, like the one in `onopen`
# Seen:     a listener for bufferedamountlow is called; the handler is not
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund werift@0.25.2
cat >main.mjs <<'JS'
import { RTCPeerConnection } from 'werift';

const [here, there] = [0, 1].map(() => new RTCPeerConnection({ iceServers: [] }));
const channel = here.createDataChannel('bytes');
channel.bufferedAmountLowThreshold = 1000;
channel.onbufferedamountlow = () => console.log('onbufferedamountlow');
channel.onopen = () => {
  console.log('onopen');
  for (let i = 0; i < 20; i++) channel.send(Buffer.alloc(10_000));
};
channel.addEventListener('bufferedamountlow', () => {
  console.log(`a listener, at ${channel.bufferedAmount > 1000 ? 'too many' : 'few'} bytes`);
  // Gives the handler time, in case it is called later.
  setTimeout(() => process.exit(), 1000);
});
await here.setLocalDescription(await here.createOffer());
await there.setRemoteDescription(here.localDescription);
await there.setLocalDescription(await there.createAnswer());
await here.setRemoteDescription(there.localDescription);
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
[ "$seen" = 'onopen
a listener, at few bytes' ]
