#!/usr/bin/env bash
# A page that pastes 2 kB of text into a VNC session can lose the session over a network, though not on the same machine.
# libvncserver (the library of x11vnc) serves WebSockets on its VNC port and expects each frame to arrive in one read. If TCP
# brings it in two pieces, as it does with anything longer than a segment, the server resets the connection, or drops the frame
# and stays silent.
#
# Version:  Debian 12: libvncserver1 0.9.14+dfsg-1+deb12u2 (built with gcc 12)
# Expected: the pieces are put together, as on the same port without WebSocket: TCP is a byte stream, in which a frame ends where
#           its length says (RFC 6455 section 5.2)
# Seen:     pasted text in one piece: the session goes on; in two pieces, 0.1 s apart: it ends; as plain RFB in two pieces: it
#           goes on
set -euo pipefail

dir=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq libvncserver1=0.9.14+dfsg-1+deb12u2 libvncserver-dev=0.9.14+dfsg-1+deb12u2 liblzo2-2=2.10-2 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
libraries="$dir/usr/lib/x86_64-linux-gnu:$dir/lib/x86_64-linux-gnu"
cat >server.c <<'C'
#include <rfb/rfb.h>

int main(int argc, char **argv) {
  rfbScreenInfoPtr screen = rfbGetScreen(&argc, argv, 64, 64, 8, 3, 4);
  screen->frameBuffer = calloc(64 * 64, 4);
  rfbInitServer(screen);
  rfbRunEventLoop(screen, 10000, FALSE);
}
C
gcc -w -Iusr/include -o server server.c -Lusr/lib/x86_64-linux-gnu -Wl,-rpath-link,"$libraries" -lvncserver
port=$(/usr/bin/python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
LD_LIBRARY_PATH="$libraries" ./server -rfbport "$port" -listen 127.0.0.1 >log 2>&1 &

cat >main.py <<'PY'
import os, socket, struct, sys, time

port = int(sys.argv[1])
TEXT = b'text ' * 400
PASTE = struct.pack('>BxxxI', 6, len(TEXT)) + TEXT
UPDATE = struct.pack('>BBHHHH', 3, 0, 0, 0, 16, 16)

class Session:
    def __init__(self, websocket):
        self.websocket = websocket
        for attempt in range(100):
            try:
                self.socket = socket.create_connection(('127.0.0.1', port), 5)
                break
            except OSError:
                time.sleep(0.1)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile('rb')
        self.left = b''
        if websocket:
            self.socket.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                                b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: binary\r\n\r\n')
            while self.stream.readline() != b'\r\n':
                pass
        assert self.read(12) == b'RFB 003.008\n'
        self.send(b'RFB 003.008\n')
        self.read(self.read(1)[0])
        self.send(b'\x01')
        assert self.read(4) == bytes(4)
        self.send(b'\x01')
        self.read(20)
        self.read(struct.unpack('>I', self.read(4))[0])

    def framed(self, data):
        if not self.websocket:
            return data
        mask = os.urandom(4)
        length = bytes([0x80 | len(data)]) if len(data) < 126 else b'\xfe' + struct.pack('>H', len(data))
        return b'\x82' + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))

    def send(self, data, pieces=1):
        bytes_ = self.framed(data)
        size = -(-len(bytes_) // pieces)
        for start in range(0, len(bytes_), size):
            self.socket.sendall(bytes_[start : start + size])
            if pieces > 1:
                time.sleep(0.1)

    def read(self, count):
        while len(self.left) < count:
            if self.websocket:
                length = self.stream.read(2)[1]
                if length > 125:
                    length = int.from_bytes(self.stream.read(2 if length == 126 else 8), 'big')
                self.left += self.stream.read(length)
            else:
                self.left += self.stream.read(count - len(self.left))
        data, self.left = self.left[:count], self.left[count:]
        return data

def goes_on(websocket, pieces):
    """Whether a session answers a request for an update after a text is pasted in this many pieces."""
    session = Session(websocket)
    try:
        session.send(PASTE, pieces)
        session.send(UPDATE)
        return session.read(1) == b'\0'
    except (OSError, IndexError, TimeoutError):
        return False
    finally:
        session.socket.close()

results = [goes_on(True, 1), goes_on(True, 2), goes_on(False, 2)]
for name, result in zip(['WebSocket, one piece', 'WebSocket, two pieces', 'plain RFB, two pieces'], results):
    print(f'{name}: {"the session goes on" if result else "the session ends"}')
print('Reproduced: a frame in two pieces ends the session' if results == [True, False, True] else 'Not reproduced')
sys.exit(0 if results == [True, False, True] else 1)
PY
/usr/bin/python3 main.py "$port"
