#!/usr/bin/env bash
# A page does not get the last line of a program under websocketd if the line has no newline, and it can't tell the program's end
# from a lost network. websocketd sends each line of output as a message and throws away what follows the last newline (a result,
# or an error message); with --binary it arrives. When the program ends, websocketd ends the TCP connection without a close frame,
# which is 1006, "abnormal", to a page.
#
# Version:  websocketd 0.4.1 (Debian 12, websocketd 0.4.1-1+b11)
# Expected: "one", "two", and a close frame (RFC 6455 section 7.3)
# Seen:     "one", and the end of the connection; with --binary "one\ntwo", and the same end
set -euo pipefail

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq websocketd=0.4.1-1+b11 2>/dev/null
dpkg -x websocketd_*.deb .
read -r lines binary < <(/usr/bin/python3 -c '
import socket
both = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[one.getsockname()[1] for one in both])')
usr/bin/websocketd --address=127.0.0.1 --port="$lines" printf 'one\ntwo' >lines.log 2>&1 &
usr/bin/websocketd --address=127.0.0.1 --port="$binary" --binary printf 'one\ntwo' >binary.log 2>&1 &

cat >main.py <<'PY'
import socket, sys, time

def received(port):
    """The payloads of the messages, and whether a close frame came."""
    for attempt in range(100):
        try:
            client = socket.create_connection(('127.0.0.1', port), 10)
            break
        except OSError:
            time.sleep(0.1)
    client.sendall(b'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                   b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
    stream = client.makefile('rb')
    assert b' 101 ' in stream.readline()
    while stream.readline() != b'\r\n':
        pass
    payloads, closed = [], False
    while len(head := stream.read(2)) == 2:
        payload = stream.read(head[1])
        if head[0] == 0x88:
            closed = True
        else:
            payloads.append(payload)
    return payloads, closed

results = [received(int(port)) for port in sys.argv[1:]]
for name, (payloads, closed) in zip(['lines', 'binary'], results):
    print(f'{name}: {payloads}, {"a close frame" if closed else "no close frame"}')
lost = results[0] == ([b'one'], False) and (b''.join(results[1][0]), results[1][1]) == (b'one\ntwo', False)
print('Reproduced: the last line and the close frame are missing' if lost else 'Not reproduced')
sys.exit(0 if lost else 1)
PY
/usr/bin/python3 main.py "$lines" "$binary"
