#!/usr/bin/env bash
# Version 2 of the PROXY protocol may carry options after the addresses: a checksum, a TLS version, a cloud's endpoint. HAProxy adds them on demand, AWS's
# load balancers unasked. proxy-protocol-js skips the addresses and not the options: it returns them at the front of `data`, as the client's
# first bytes. And PROXY UNKNOWN of version 1, as health checks may begin, is an error to it.
#
# Version:  proxy-protocol-js 4.0.6
# Expected: data "hello" in all cases: the header's length says where it ends (PROXY protocol, section 2.2.7), and UNKNOWN may stand alone (2.1)
# Seen:     "\x03\x00\x04\x01\x02\x03\x04hello" with a checksum; an exception for PROXY UNKNOWN
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
for (const [name, options] of [['plain', []], ['with a checksum', [3, 0, 4, 1, 2, 3, 4]]]) {
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
v2 with a checksum: from 192.0.2.1, data "\u0003\u0000\u0004\u0001\u0002\u0003\u0004hello"
v1 PROXY TCP4 192.0.2.1 192.0.2.2 1000 80: data "hello"
v1 PROXY UNKNOWN: an exception' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: options are taken for data'
