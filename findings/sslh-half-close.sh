#!/usr/bin/env bash
# A client that shuts down its side and waits for the answer, such as `nc -N` or a finger client, gets no answer through sslh or
# microsocks. sslh shares one port among SSH and other servers; microsocks is a SOCKS5 proxy. Both (sslh in its fork and its
# select form) take the client's FIN for the end of the connection and close both sides at once. The answer is lost, and the
# client sees no error.
#
# Version:  Debian 12: sslh 1.20-1+deb12u1 (sslh and sslh-select), microsocks 1.0.3-2
# Expected: "got 5 bytes", as without a proxy (RFC 9293 section 3.6: a TCP connection is closed in each direction by itself)
# Seen:     nothing
set -euo pipefail

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq sslh=1.20-1+deb12u1 microsocks=1.0.3-2 libconfig9=1.5-0.4 libpcre3=2:8.39-15 libwrap0=7.6.q-32 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
export LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu:$dir/lib/x86_64-linux-gnu"
read -r server fork select socks < <(/usr/bin/python3 -c '
import socket
all = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
print(*[one.getsockname()[1] for one in all])')
usr/sbin/sslh -f -p "127.0.0.1:$fork" --anyprot "127.0.0.1:$server" >fork.log 2>&1 &
usr/sbin/sslh-select -f -p "127.0.0.1:$select" --anyprot "127.0.0.1:$server" >select.log 2>&1 &
usr/bin/microsocks -i 127.0.0.1 -p "$socks" >socks.log 2>&1 &

cat >main.py <<'PY'
import socket, sys, threading, time

server, fork, select, socks = map(int, sys.argv[1:])
listener = socket.create_server(('127.0.0.1', server))

def serve():
    while True:
        peer, _ = listener.accept()
        try:
            count = 0
            while data := peer.recv(4096):
                count += len(data)
            time.sleep(0.3)
            peer.sendall(b'got %d bytes' % count)
        except OSError:
            pass
        peer.close()

threading.Thread(target=serve, daemon=True).start()

def answer(port, greeting=None):
    for attempt in range(50):
        try:
            client = socket.create_connection(('127.0.0.1', port), 10)
            break
        except OSError:
            time.sleep(0.1)
    if greeting:
        greeting(client)
    client.sendall(b'hello')
    time.sleep(0.3)
    client.shutdown(socket.SHUT_WR)
    got = b''
    try:
        while data := client.recv(4096):
            got += data
    except ConnectionResetError:
        pass
    client.close()
    return got.decode()

def socks5(client):
    client.sendall(b'\x05\x01\x00')
    assert client.recv(2) == b'\x05\x00'
    client.sendall(b'\x05\x01\x00\x01\x7f\x00\x00\x01' + server.to_bytes(2, 'big'))
    assert client.recv(10)[1] == 0

said = {'direct': answer(server), 'sslh': answer(fork), 'sslh-select': answer(select), 'microsocks': answer(socks, socks5)}
for name, text in said.items():
    print(f'{name}: "{text}"')
lost = said.pop('direct') == 'got 5 bytes' and not any(said.values())
print('Reproduced: the answer is lost' if lost else 'Not reproduced')
sys.exit(0 if lost else 1)
PY
/usr/bin/python3 main.py "$server" "$fork" "$select" "$socks"
