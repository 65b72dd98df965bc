#!/usr/bin/env bash
# A VNC session over QEMU's WebSocket gets stuck if a ping comes between two fragments of a message, which RFC 6455 allows. QEMU
# takes the rest of the message for more of the ping: it sends those bytes back in a pong, and the VNC server never gets them.
# After a pong in the same place, the rest is dropped. Without a ping, QEMU joins the fragments as it should.
#
# Version:  QEMU 7.2 (Debian 12, qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3)
# Expected: the VNC server answers "RFB 003.008\n" with its security types, ping or no ping (RFC 6455 section 5.4)
# Seen:     a pong with the ping's "p", then a pong with " 003.008\n", and no answer
set -euo pipefail

dir=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq qemu-system-x86=1:7.2+dfsg-7+deb12u18+b3 qemu-system-data=1:7.2+dfsg-7+deb12u18 \
  qemu-system-common=1:7.2+dfsg-7+deb12u18+b3 libaio1=0.3.113-4 libcapstone4=4.0.2-5 libdaxctl1=76.1-1 libfdt1=1.6.1-4+b1 libfuse3-3=3.14.0-4 \
  libibverbs1=44.0-2 libndctl6=76.1-1 libnl-3-200=3.7.0-0.2+b1 libnl-route-3-200=3.7.0-0.2+b1 libpmem1=1.12.1-2 librdmacm1=44.0-2 \
  libslirp0=4.7.0-1 liburing2=2.3-3 libvdeplug2=4.0.1-4 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu:$dir/lib/x86_64-linux-gnu" usr/bin/qemu-system-x86_64 -L usr/share/qemu -machine none -nodefaults -display none \
  -vnc "unix:$dir/vnc,websocket=127.0.0.1:$port" >log 2>&1 &

cat >main.py <<'PY'
import os, socket, sys, time

port = int(sys.argv[1])
VERSION = b'RFB 003.008\n'
SECURITY_TYPES = (0x82, b'\x01\x01')  # one, which is None

def frame(first, payload):
    mask = os.urandom(4)
    return bytes([first, 0x80 | len(payload)]) + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

def answers(*frames):
    """The frames that the VNC server sends in answer to these, after its version."""
    for attempt in range(100):
        try:
            client = socket.create_connection(('127.0.0.1', port), 10)
            break
        except OSError:
            time.sleep(0.1)
    client.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                   b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: binary\r\n\r\n')
    stream = client.makefile('rb')
    while stream.readline() != b'\r\n':
        pass
    got = []
    def read():
        first, length = stream.read(2)
        got.append((first, stream.read(length)))
    read()
    assert got.pop() == (0x82, VERSION)
    for one in frames:
        client.sendall(one)
        time.sleep(0.1)
    client.settimeout(2)
    try:
        while len(got) < 5 and SECURITY_TYPES not in got:
            read()
    except (TimeoutError, ValueError):
        pass
    client.close()
    return got

one, two = frame(0x02, VERSION[:3]), frame(0x80, VERSION[3:])
plain = answers(one, two)
pinged = answers(one, frame(0x89, b'p'), two)
ponged = answers(one, frame(0x8a, b'p'), two)
print(f'two fragments: {plain}')
print(f'with a ping between them: {pinged}')
print(f'with a pong between them: {ponged}')
mistaken = (plain, pinged, ponged) == ([SECURITY_TYPES], [(0x8a, b'p'), (0x8a, VERSION[3:])], [])
print('Reproduced: the rest of the message is taken for a ping' if mistaken else 'Not reproduced')
sys.exit(0 if mistaken else 1)
PY
/usr/bin/python3 main.py "$port"
