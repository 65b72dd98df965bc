#!/usr/bin/env bash
# A server can't turn off the window size or the terminal type of busybox telnet. DONT is a request that a client must not refuse:
# the answer is WONT, or nothing if the option is already off. busybox telnet answers DONT NAWS with WILL NAWS and DONT
# TERMINAL-TYPE with WILL TERMINAL-TYPE, and it answers the server's WILL and WONT the same way. A server that declines the offer
# with DONT gets another WILL.
#
# Version:  busybox 1.35.0 (Debian 12, busybox-static 1:1.35.0-4+deb12u1+b1)
# Expected: WILL for DO; WONT or silence for DONT (RFC 854, general considerations: a party "must never refuse a request to
#           disable some option"; RFC 1143)
# Seen:     WILL for DO, DONT, WILL and WONT alike
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq busybox-static=1:1.35.0-4+deb12u1+b1 2>/dev/null
dpkg -x busybox-static_*.deb .
cat >main.py <<'PY'
import socket, subprocess, sys

COMMANDS = {251: 'WILL', 252: 'WONT', 253: 'DO', 254: 'DONT'}
NAWS, TERMINAL_TYPE = 31, 24
server = socket.create_server(('127.0.0.1', 0))
server.settimeout(10)

def answer(*requests):
    """What the client answers to the last of these requests."""
    client = subprocess.Popen(['bin/busybox', 'telnet', '127.0.0.1', str(server.getsockname()[1])],
                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env={'TERM': 'xterm'})
    peer, _ = server.accept()
    peer.settimeout(0.7)
    try:
        for request in requests:
            peer.sendall(bytes([255, *request]))
            try:
                got = peer.recv(4096)
            except TimeoutError:
                got = b''
    finally:
        peer.close()
        client.kill()
        client.wait()
    return COMMANDS[got[1]] if got[2:3] == bytes([request[1]]) else 'silence'

same = True
for name, option in ('NAWS', NAWS), ('TERMINAL-TYPE', TERMINAL_TYPE):
    for command, word in COMMANDS.items():
        said = answer((command, option))
        print(f'{word} {name}: {said}')
        same = same and said == 'WILL'
    said = answer((253, option), (254, option))
    print(f'DO {name}, then DONT {name}: {said}')
    same = same and said == 'WILL'
print('Reproduced: DONT gets WILL' if same else 'Not reproduced')
sys.exit(0 if same else 1)
PY
/usr/bin/python3 main.py
