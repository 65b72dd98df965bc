#!/usr/bin/env bash
# A TCP server behind lighttpd's mod_wstunnel misses the last message of a client that sends it and closes at once, as in
# `socket.send('QUIT\r\n'); socket.close()`. The message and the close frame then often share a segment. lighttpd reads the close
# frame and drops the connection to the server, along with the message that it has just read.
#
# Version:  lighttpd 1.4.69 (Debian 12, lighttpd 1.4.69-1)
# Expected: the server gets "first" and "last" (RFC 6455 section 1.4: only data after the close frame is discarded)
# Seen:     "first", unless 0.3 s pass between the message and the close frame
set -euo pipefail

dir=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq lighttpd=1.4.69-1 libnettle8=3.8.1-2 libxxhash0=0.8.1-1 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
cat >main.py <<'PY'
import os, socket, sys, threading, time

port, backend = map(int, sys.argv[1:])
server = socket.create_server(('127.0.0.1', backend))
received = []
ended = threading.Event()

def serve():
    while True:
        peer, _ = server.accept()
        try:
            while data := peer.recv(4096):
                received.append(data)
        except OSError:
            pass
        ended.set()

threading.Thread(target=serve, daemon=True).start()

def frame(first, payload):
    mask = os.urandom(4)
    return bytes([first, 0x80 | len(payload)]) + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

def seen(pause):
    """What the server gets when the close frame follows after this many seconds."""
    received.clear()
    ended.clear()
    for attempt in range(50):
        try:
            client = socket.create_connection(('127.0.0.1', port), 10)
            break
        except OSError:
            time.sleep(0.1)
    client.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                   b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: binary\r\n\r\n')
    assert b' 101 ' in client.recv(4096)
    client.sendall(frame(0x82, b'first '))
    time.sleep(0.3)
    message, close = frame(0x82, b'last'), frame(0x88, b'\x03\xe8')
    if pause:
        client.sendall(message)
        time.sleep(pause)
        client.sendall(close)
    else:
        client.sendall(message + close)
    while client.recv(4096):
        pass
    ended.wait(10)
    return b''.join(received).decode().strip()

apart = seen(0.3)
together = seen(0)
print(f'the server got "{apart}" with a pause before the close frame, "{together}" without')
lost = (apart, together) == ('first last', 'first')
print('Reproduced: the last message is lost' if lost else 'Not reproduced')
sys.exit(0 if lost else 1)
PY
read -r port backend < <(/usr/bin/python3 -c '
import socket
both = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[one.getsockname()[1] for one in both])')
cat >lighttpd.conf <<CFG
server.modules = ("mod_wstunnel")
server.bind = "127.0.0.1"
server.port = $port
server.document-root = "$dir"
wstunnel.server = ("" => (("host" => "127.0.0.1", "port" => $backend)))
wstunnel.frame-type = "binary"
CFG
export LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu"
usr/sbin/lighttpd -D -f lighttpd.conf -m usr/lib/lighttpd >log 2>&1 &
/usr/bin/python3 main.py "$port" "$backend"
