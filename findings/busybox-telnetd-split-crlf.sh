#!/usr/bin/env bash
# On busybox telnetd, Enter counts twice if CR and LF arrive separately. Telnet ends a line with CR LF, for which a server gives
# its program one CR. busybox telnetd does so only if one read returns both bytes. If TCP or the client delivers them apart, the
# program gets both: at a login prompt, the LF would be an empty password.
#
# Version:  busybox 1.35.0 (Debian 12, busybox-static 1:1.35.0-4+deb12u1+b1)
# Expected: 0d, however the bytes arrive (RFC 1123 section 3.3.1: CR LF has the effect of the CR key; TCP keeps no boundaries)
# Seen:     0d in one piece; 0d 0a in two
set -euo pipefail

dir=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq busybox-static=1:1.35.0-4+deb12u1+b1 2>/dev/null
dpkg -x busybox-static_*.deb .

# The server starts this program for each connection. It prints the bytes that it gets before a ".".
cat >shell <<'PY'
#!/usr/bin/python3
import os, tty
tty.setraw(0)
os.write(1, b'ready')
got = b''
while not got.endswith(b'.'):
    got += os.read(0, 100)
os.write(1, b'<' + got[:-1].hex(' ').encode() + b'>')
PY
chmod +x shell
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
bin/busybox telnetd -F -b "127.0.0.1:$port" -l "$dir/shell" -f /dev/null &

cat >main.py <<'PY'
import re, socket, sys, time

def program_gets(*pieces):
    for attempt in range(50):
        try:
            client = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10)
            break
        except OSError:
            time.sleep(0.1)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    said = b''
    while b'ready' not in said:
        said += client.recv(4096)
    for piece in pieces:
        client.sendall(piece)
        time.sleep(0.2)
    client.sendall(b'.')
    while b'>' not in said:
        said += client.recv(4096)
    client.close()
    return re.search(b'<(.*)>', said)[1].decode()

results = [program_gets(b'\r\n'), program_gets(b'\r', b'\n')]
for name, result in zip(['CR LF', 'CR, then LF'], results):
    print(f'{name}: {result}')
doubled = results == ['0d', '0d 0a']
print('Reproduced: an end of line in two pieces counts twice' if doubled else 'Not reproduced')
sys.exit(0 if doubled else 1)
PY
/usr/bin/python3 main.py "$port"
