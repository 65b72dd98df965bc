#!/usr/bin/env bash
# A busybox telnet user who enters two passwords in one session sees the second one on the screen, for instance at a router's
# `enable` prompt. A server in line mode hides a password by taking over the echo (WILL ECHO) and hands it back afterwards (WONT
# ECHO). After the first WONT, busybox telnet behaves as if the user had chosen line mode: it answers every later WILL ECHO with
# DONT and goes on echoing.
#
# Version:  busybox 1.35.0 (Debian 12, busybox-static 1:1.35.0-4+deb12u1+b1)
# Expected: DO ECHO for each WILL ECHO, and neither secret on the screen (RFC 857; a client may refuse, but this one has just
#           agreed)
# Seen:     DO, DONT, DONT; "secret2" is on the screen
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq busybox-static=1:1.35.0-4+deb12u1+b1 2>/dev/null
dpkg -x busybox-static_*.deb .
cat >main.py <<'PY'
import os, pty, select, signal, socket, sys, time

WILL_ECHO, WONT_ECHO = b'\xff\xfb\x01', b'\xff\xfc\x01'
server = socket.create_server(('127.0.0.1', 0))
server.settimeout(10)
child, terminal = pty.fork()
if child == 0:
    os.execv('bin/busybox', ['busybox', 'telnet', '127.0.0.1', str(server.getsockname()[1])])
peer, _ = server.accept()
sent = screen = b''

def watch(seconds):
    global sent, screen
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        readable, _, _ = select.select([peer, terminal], [], [], left)
        if peer in readable:
            sent += peer.recv(4096)
        if terminal in readable:
            screen += os.read(terminal, 4096)

for number in '12':
    peer.sendall(WILL_ECHO + b'Password: ')
    watch(0.7)
    os.write(terminal, b'secret' + number.encode() + b'\r')
    watch(0.7)
    peer.sendall(WONT_ECHO + b'\r\nThank you\r\n')
    watch(0.7)
os.kill(child, signal.SIGKILL)
os.waitpid(child, 0)
answers = [{0xfd: 'DO', 0xfe: 'DONT'}[sent[i + 1]] for i in range(len(sent) - 2) if sent[i] == 0xff and sent[i + 2] == 1]
shown = [secret for secret in ('secret1', 'secret2') if secret.encode() in screen]
print(f'answers to ECHO: {", ".join(answers)}')
print(f'on the screen: {", ".join(shown) or "neither secret"}')
once = answers[0] == 'DO' and 'DO' not in answers[1:] and shown == ['secret2']
print('Reproduced: the second secret is echoed' if once else 'Not reproduced')
sys.exit(0 if once else 1)
PY
/usr/bin/python3 main.py
