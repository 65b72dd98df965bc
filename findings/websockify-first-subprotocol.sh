#!/usr/bin/env bash
# websockify accepts the subprotocol `binary` only if it is offered first. It splits Sec-WebSocket-Protocol at the commas but
# keeps the space after each, so it does not recognize a second name. It then gives up with "Invalid protocol selected" instead of
# answering without a subprotocol. A client that prefers another subprotocol and offers `binary` as well can't connect.
#
# Version:  websockify 0.10.0 (Debian 12, python3-websockify 0.10.0+dfsg1-4+b1)
# Expected: 101 with `binary`, wherever it stands in the list (RFC 6455 section 11.3.4)
# Seen:     "binary, other" gets 101; "other, binary" gets 400
set -euo pipefail

dir=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq python3-websockify=0.10.0+dfsg1-4+b1 2>/dev/null
dpkg -x python3-websockify_*.deb .
python=/usr/bin/python3
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
PYTHONPATH=usr/lib/python3/dist-packages "$python" -m websockify "127.0.0.1:$port" 127.0.0.1:9 >log 2>&1 &

# Prints the status that a handshake with these subprotocols gets.
status_of() {
  "$python" - "$port" "$1" <<'PY'
import socket, sys, time
for attempt in range(50):
    try:
        client = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
        break
    except OSError:
        time.sleep(0.1)
client.sendall((
    'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: %s\r\n\r\n' % sys.argv[2]).encode())
print(client.recv(1000).decode('latin-1').split(' ')[1])
PY
}

first=$(status_of 'binary, other')
second=$(status_of 'other, binary')
echo "binary, other: $first; other, binary: $second"
if [ "$first" != 101 ] || [ "$second" != 400 ]; then
  echo 'Not reproduced'
  exit 1
fi
echo 'Reproduced: the second subprotocol is not found'
