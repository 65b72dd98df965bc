#!/usr/bin/env bash
# A program that is started with SIGHUP ignored, as `nohup` does it, goes on ignoring it: execve(2) keeps that disposition.
# Node.js sets it back to the default at its start, so `nohup node server.js` ends when the terminal is closed.
#
# Version:  Node.js 20.20.2 (npm package node), against sleep and, where it is installed, python3
# Expected: each of them survives a SIGHUP that it was started to ignore
# Seen:     node is ended by it (exit status 129), the others survive
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund node@20.20.2

# Starts a program with SIGHUP ignored, sends it that signal, and prints its exit status: 0 for one that survives.
status_of() {
  local pid status=0
  bash -c 'trap "" HUP; exec "$@"' bash "$@" &
  pid=$!
  sleep 1.5
  kill -HUP "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || status=$?
  echo "$status"
}

node=$(status_of ./node_modules/.bin/node -e 'setTimeout(() => {}, 3000)' 2>/dev/null)
others=$(status_of sleep 3 2>/dev/null)
if command -v python3 >/dev/null; then
  others+=" $(status_of python3 -c 'import time; time.sleep(3)' 2>/dev/null)"
fi
echo "node: exit status $node; sleep, python3: $others"
[ "$node" = 129 ] && [[ "$others" =~ ^0( 0)?$ ]]
