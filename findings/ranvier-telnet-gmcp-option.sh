#!/usr/bin/env bash
# ranvier-telnet sends GMCP messages without the option code: the first letter of the message name stands in its place, so a
# client sees a subnegotiation of option 67 ("C" of Char.Vitals) and drops it. Nor does `write` escape its data: it counts the
# 0xFF bytes and makes room to double them, then sends the data unchanged.
#
# Version:  ranvier-telnet 1.0.3
# Expected: ff fa c9 43 68 ... for Char.Vitals, and ff ff for a byte 0xFF
# Seen:     ff fa 43 68 ..., and a single ff
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund ranvier-telnet@1.0.3
cat >main.cjs <<'JS'
const { EventEmitter } = require('node:events');
const { TelnetSocket } = require('ranvier-telnet');

const sent = [];
const connection = Object.assign(new EventEmitter(), { write: (bytes) => sent.push(bytes) });
const socket = new TelnetSocket();
socket.attach(connection);
sent.length = 0;
socket.sendGMCP('Char.Vitals', { hp: 1 });
socket.write(Buffer.of(0xff));
const [gmcp, data] = sent.map((bytes) => Buffer.from(bytes).toString('hex'));
console.log(`GMCP: ${gmcp}\n0xFF: ${data}`);
process.exit(gmcp.startsWith('fffac9') && data === 'ffff' ? 0 : 1);
JS
if node --no-deprecation main.cjs; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the option is missing, or 0xFF is not doubled'
