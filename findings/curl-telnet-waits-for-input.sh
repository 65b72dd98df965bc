#!/usr/bin/env bash
# A user of `curl telnet://host` sees the next prompt only after pressing Enter, and a script that waits for a prompt before it
# sends waits for ever. Each time curl has checked the connection, it reads standard input and blocks until a line comes;
# meanwhile it does not read what the server sends. (The telnet chapter of Everything curl nevertheless shows it used by hand.)
#
# Version:  curl 7.88.1 (Debian 12, curl and libcurl4 7.88.1-10+deb12u15)
# Expected: "two" is shown about 1 s after the start, when the server sends it
# Seen:     "two" is shown after 3 s, when the first line of input comes
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq curl=7.88.1-10+deb12u15 libcurl4=7.88.1-10+deb12u15 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
export LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu"
cat >main.py <<'PY'
import os, socket, subprocess, sys, threading, time

server = socket.create_server(('127.0.0.1', 0))
server.settimeout(10)
curl = subprocess.Popen(['usr/bin/curl', '-sN', f'telnet://127.0.0.1:{server.getsockname()[1]}'],
                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
peer, _ = server.accept()
started = time.monotonic()
shown = {}

def watch():
    while data := os.read(curl.stdout.fileno(), 4096):
        for line in data.decode().split():
            shown[line] = time.monotonic() - started

thread = threading.Thread(target=watch)
thread.start()
peer.sendall(b'one\r\n')
time.sleep(1)
peer.sendall(b'two\r\n')
time.sleep(2)
curl.stdin.write(b'a line\n')
curl.stdin.flush()
time.sleep(1)
peer.close()
curl.stdin.close()
curl.wait(10)
thread.join(10)
for line, seconds in shown.items():
    print(f'"{line}" was shown after {seconds:.1f} s')
late = shown.get('two', 0) > 2.5
print('Reproduced: "two" was held back until there was input' if late else 'Not reproduced')
sys.exit(0 if late else 1)
PY
/usr/bin/python3 main.py
