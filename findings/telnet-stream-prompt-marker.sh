#!/usr/bin/env bash
# A MUD client built on telnet-stream can't tell where a prompt ends. A MUD marks the end with IAC GA, and the client splits the
# text there. telnet-stream emits the commands of a chunk first and all its text afterwards, in one piece, wherever the commands
# stood. When the network delivers them together, the mark comes before its prompt, and the text after the prompt is joined to it.
#
# Version:  telnet-stream 1.1.0
# Expected: data "HP 20> ", command 249, data "You see a door.": the order in the stream (RFC 854: GA tells the user's side that
#           it may go ahead)
# Seen:     command 249, data "HP 20> You see a door."; the order in the stream only if each part comes in a chunk of its own
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund telnet-stream@1.1.0
cat >main.mjs <<'JS'
import { setTimeout as sleep } from 'node:timers/promises';
import { TelnetInput } from 'telnet-stream';

const parts = [Buffer.from('HP 20> '), Buffer.of(255, 249), Buffer.from('You see a door.')];
for (const [name, chunks] of [['apart', parts], ['together', [Buffer.concat(parts)]]]) {
  const events = [];
  const input = new TelnetInput();
  input.on('data', (text) => events.push(`data "${text}"`));
  input.on('command', (command) => events.push(`command ${command}`));
  for (const chunk of chunks) {
    input.write(chunk);
    await sleep(20);
  }
  console.log(`${name}: ${events.join(', ')}`);
}
JS
seen=$(timeout 30 node main.mjs)
echo "$seen"
if [ "$seen" != 'apart: data "HP 20> ", command 249, data "You see a door."
together: command 249, data "HP 20> You see a door."' ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the mark has lost its place'
