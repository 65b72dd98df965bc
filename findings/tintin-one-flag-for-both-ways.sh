#!/usr/bin/env bash
# A telnet server that negotiates an option in both directions gets one answer from TinTin++ and waits in vain for the other. DO
# asks whether the client will use the option; WILL says that the server would: two separate questions. TinTin++ has one flag for
# both, so the second question looks like a repetition of the first. Asked in connections of their own, both are answered.
#
# Version:  TinTin++ 2.02.20 (Debian 12, tintin++ 2.02.20-1); the source of 2.02.62 has the same flag
# Expected: WILL or WONT for each DO, DO or DONT for each WILL (RFC 854, RFC 1143)
# Seen:     DO BINARY, WILL BINARY: WONT only; WILL SUPPRESS-GO-AHEAD, DO SUPPRESS-GO-AHEAD: DO only
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq tintin++=2.02.20-1 2>/dev/null
dpkg -x tintin++_*.deb .
cat >main.py <<'PY'
import fcntl, os, pty, select, signal, socket, struct, sys, termios, time

COMMANDS = {251: 'WILL', 252: 'WONT', 253: 'DO', 254: 'DONT'}
CODES = {word: code for code, word in COMMANDS.items()}
BINARY, SUPPRESS_GO_AHEAD = 0, 3
server = socket.create_server(('127.0.0.1', 0))

def answers(option, *words):
    """The client's answers when the server sends these commands for an option."""
    child, terminal = pty.fork()
    if child == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 80, 0, 0))
        os.environ.update(TERM='xterm', HOME=os.getcwd())
        os.execv('usr/games/tt++', ['tt++', '-e', f'#session one 127.0.0.1 {server.getsockname()[1]}'])
    try:
        server.settimeout(5)
        peer, _ = server.accept()
        got = b''
        pending = list(words)
        end = time.monotonic() + 2
        asked = time.monotonic() + 0.3
        while time.monotonic() < end:
            if pending and time.monotonic() >= asked:
                peer.sendall(bytes([255, CODES[pending.pop(0)], option]))
                asked += 0.4
            readable, _, _ = select.select([peer, terminal], [], [], 0.1)
            if peer in readable:
                got += peer.recv(4096)
            if terminal in readable:
                os.read(terminal, 65536)
        peer.close()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)
    return [COMMANDS[got[i + 1]] for i in range(len(got) - 2) if got[i] == 255 and got[i + 2] == option]

fine = True
for name, option, asked, expected in [
    ('BINARY', BINARY, ['DO'], ['WONT']),
    ('BINARY', BINARY, ['WILL'], ['DONT']),
    ('BINARY', BINARY, ['DO', 'WILL'], ['WONT']),
    ('SUPPRESS-GO-AHEAD', SUPPRESS_GO_AHEAD, ['DO'], ['WILL']),
    ('SUPPRESS-GO-AHEAD', SUPPRESS_GO_AHEAD, ['WILL'], ['DO']),
    ('SUPPRESS-GO-AHEAD', SUPPRESS_GO_AHEAD, ['WILL', 'DO'], ['DO']),
]:
    said = answers(option, *asked)
    print(f'{" and ".join(asked)} {name}: {" and ".join(said) or "silence"}')
    fine = fine and said == expected
print('Reproduced: only the first of two questions is answered' if fine else 'Not reproduced')
sys.exit(0 if fine else 1)
PY
/usr/bin/python3 main.py
