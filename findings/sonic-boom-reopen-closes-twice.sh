#!/usr/bin/env bash
# A logger reopens its file on SIGHUP. If that fails, because the directory is missing for a moment, the next reopen succeeds but
# closes the old file descriptor twice: each call leaves a listener that closes it when a file is ready. The second close fails
# with EBADF, or closes whatever has been given that number by then: a socket or another file of the process.
#
# Version:  sonic-boom 5.0.2 (the writer of pino), Node 20.20
# Expected: the old file descriptor is closed once
# Seen:     closed 2 times, error EBADF
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund sonic-boom@5.0.2
cat >main.mjs <<'JS'
import { once } from 'node:events';
import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import boom from 'sonic-boom';

const closed = [];
const { close } = fs;
fs.close = (fd, ...rest) => {
  closed.push(fd);
  return close(fd, ...rest);
};

fs.mkdirSync('logs');
const out = new boom.SonicBoom({ dest: 'logs/a.log' });
const errors = [];
out.on('error', ({ code }) => errors.push(code));
await once(out, 'ready');
const { fd } = out;
out.write('one\n');
await once(out, 'drain');

fs.renameSync('logs', 'away');
out.reopen();
await once(out, 'error');
fs.mkdirSync('logs');
out.reopen();
await once(out, 'ready');
await sleep(500);

const times = closed.filter((each) => each === fd).length;
console.log(`old file descriptor closed ${times} times; errors: ${errors.join(', ')}`);
process.exit(times === 2 ? 0 : 1);
JS
node main.mjs
