#!/usr/bin/env bash
# A VNC viewer that asks QEMU for a part of the screen gets more than it asked for. QEMU's VNC server rounds the left edge down
# and the right edge up to multiples of 16 and sends the whole strip. A viewer that has memory only for the area it asked for gets
# pixels that it has no place for.
#
# Version:  QEMU 7.2 (Debian 12, qemu-system-x86 1:7.2+dfsg-7+deb12u18+b3)
# Expected: rectangles within the area of the request (RFC 6143 section 7.5.3: the client "is interested in the area ... specified
#           by x-position, y-position, width, and height"; it does not forbid more)
# Seen:     1x1 pixel at 3,3 was asked for, 16x1 at 0,3 came; 20x3 at 20,5 was asked for, 32x3 at 16,5 came
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
LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu:$dir/lib/x86_64-linux-gnu" usr/bin/qemu-system-x86_64 -L usr/share/qemu -machine none -nodefaults -display none \
  -vnc "unix:$dir/vnc" >log 2>&1 &

cat >main.py <<'PY'
import socket, struct, sys, time

for attempt in range(100):
    client = socket.socket(socket.AF_UNIX)
    try:
        client.connect(sys.argv[1])
        break
    except OSError:
        time.sleep(0.1)
client.settimeout(10)
stream = client.makefile('rb')
stream.read(12)
client.sendall(b'RFB 003.008\n')
stream.read(stream.read(1)[0])
client.sendall(b'\x01')
assert stream.read(4) == bytes(4)
client.sendall(b'\x01')
width, height = struct.unpack('>HH', stream.read(4))
bits = stream.read(16)[0]
stream.read(struct.unpack('>I', stream.read(4))[0])
client.sendall(struct.pack('>BxHi', 2, 1, 0))  # raw encoding

def rectangles(x, y, wide, high):
    """The rectangles that the server sends for an area."""
    client.sendall(struct.pack('>BBHHHH', 3, 0, x, y, wide, high))
    kind, count = struct.unpack('>BxH', stream.read(4))
    assert kind == 0
    got = []
    for _ in range(count):
        *place, encoding = struct.unpack('>HHHHi', stream.read(12))
        assert encoding == 0
        stream.read(place[2] * place[3] * bits // 8)
        got.append(tuple(place))
    return got

rectangles(0, 0, width, height)
time.sleep(0.5)
wider = []
for asked in (0, 0, 32, 4), (3, 3, 1, 1), (20, 5, 20, 3):
    got = rectangles(*asked)
    print(f'asked for {asked[2]}x{asked[3]} at {asked[0]},{asked[1]}: got', ', '.join(f'{w}x{h} at {x},{y}' for x, y, w, h in got))
    wider.append(got != [asked])
rounded = wider == [False, True, True] and got == [(16, 5, 32, 3)]
print('Reproduced: the area is rounded to 16 columns' if rounded else 'Not reproduced')
sys.exit(0 if rounded else 1)
PY
/usr/bin/python3 main.py "$dir/vnc"
