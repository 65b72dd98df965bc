#!/usr/bin/env bash
# A server that uses proxy-protocol-js takes the options of a PROXY header for its client's first bytes. Version 2 of the PROXY
# protocol may carry options after the addresses (a unique id, a TLS version, a cloud's endpoint), and HAProxy adds them on
# demand. proxy-protocol-js skips the addresses but returns the options at the front of `data`. It also throws on version 1's
# PROXY UNKNOWN, which a proxy sends if it can't name the client.
#
# Version:  proxy-protocol-js 4.0.6
# Expected: data "hello" in all cases: the v2 header is 16 bytes plus its length field (PROXY protocol, section 2.2), and UNKNOWN
#           may stand alone (2.1)
# Seen:     "\x05\x00\x04abcdhello" with a unique id; an exception for PROXY UNKNOWN
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund proxy-protocol-js@4.0.6
cat >main.mjs <<'JS'
import library from 'proxy-protocol-js';

const addresses = Buffer.of(192, 0, 2, 1, 192, 0, 2, 2, 1000 >> 8, 1000 & 255, 0, 80);
function header(options) {
  const rest = Buffer.concat([addresses, options]);
  const start = Buffer.from('0d0a0d0a000d0a515549540a2111', 'hex');
  return Buffer.concat([start, Buffer.of(rest.length >> 8, rest.length & 255), rest]);
}
const hello = Buffer.from('hello');
for (const [name, options] of [['plain', []], ['with a unique id', [5, 0, 4, ...Buffer.from('abcd')]]]) {
  const { data, proxyAddress } = library.V2ProxyProtocol.parse(new Uint8Array(Buffer.concat([header(Buffer.from(options)), hello])));
  console.log(`v2 ${name}: from ${proxyAddress.sourceAddress.address.join('.')}, data ${JSON.stringify(Buffer.from(data).toString('latin1'))}`);
}
for (const line of ['PROXY TCP4 192.0.2.1 192.0.2.2 1000 80', 'PROXY UNKNOWN']) {
  let outcome;
  try {
    outcome = `data ${JSON.stringify(library.V1ProxyProtocol.parse(`${line}\r\nhello`).data)}`;
  } catch {
    outcome = 'an exception';
  }
  console.log(`v1 ${line}: ${outcome}`);
}
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'v2 plain: from 192.0.2.1, data "hello"
v2 with a unique id: from 192.0.2.1, data "\u0005\u0000\u0004abcdhello"
v1 PROXY TCP4 192.0.2.1 192.0.2.2 1000 80: data "hello"
v1 PROXY UNKNOWN: an exception' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: options become data'
