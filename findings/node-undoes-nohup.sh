#!/usr/bin/env bash
# A program started with SIGHUP ignored, as `nohup` does it, keeps ignoring it: execve(2) preserves that disposition. Node.js
# resets it to the default when it starts, so `nohup node server.js` ends when the terminal is closed.
#
# Version:  Node.js 20.20.2 (npm package node), against sleep and, if installed, python3
# Expected: each survives the SIGHUP that it was started to ignore
# Seen:     SIGHUP ends node (exit status 129); the others survive
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund node@20.20.2

# Starts a program with SIGHUP ignored, sends it that signal, and prints its exit status: 0 if it survives.
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
