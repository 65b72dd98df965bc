#!/usr/bin/env bash
# A load balancer's health checks lock all its users out of TigerVNC. Each check connects, reads the "RFB" of the greeting, and
# leaves. TigerVNC counts that as a failed login from the balancer's address, even with SecurityTypes=None, where nobody has to
# log in. After five (BlacklistThreshold), users behind the balancer get "Too many security failures". The checks still find the
# server up: a refusal also begins with "RFB". (BlacklistThreshold and BlacklistTimeout set the limits.)
#
# Version:  Debian 12: tigervnc-standalone-server 1.12.0+dfsg-8, haproxy 2.6.12-1+deb12u4
# Expected: the user gets the server's security types, or the balancer sees the server as down
# Seen:     the first user gets them, one that comes 4 s later gets "Too many security failures"; the server is UP
set -euo pipefail

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
# (The X server needs xkbcomp and xkb-data, dependencies of the package, to be installed.)
apt-get download -qq tigervnc-standalone-server=1.12.0+dfsg-8 haproxy=2.6.12-1+deb12u4 liblua5.3-0=5.3.6-2 libopentracing1=1.6.0-4 \
  libopentracing-c-wrapper0=1.1.3-3+b1 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
export LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu"
read -r vnc front < <(/usr/bin/python3 -c '
import socket
both = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
print(*[one.getsockname()[1] for one in both])')
cat >haproxy.cfg <<CFG
global
  stats socket $dir/stats
defaults
  mode tcp
  timeout connect 5s
  timeout client 10s
  timeout server 10s
listen front
  bind 127.0.0.1:$front
  option tcp-check
  tcp-check expect string RFB
  server desktop 127.0.0.1:$vnc check inter 500 fall 20
CFG
mkfifo display
usr/bin/Xtigervnc -displayfd 3 -geometry 100x100 -SecurityTypes None -rfbport "$vnc" -localhost 3>display >vnc.log 2>&1 &
read -r number <display
usr/sbin/haproxy -db -f haproxy.cfg >haproxy.log 2>&1 &

cat >main.py <<'PY'
import socket, sys, time

port, stats = int(sys.argv[1]), sys.argv[2]

def user():
    """The server's version and what a user gets after it, through the load balancer."""
    for attempt in range(100):
        try:
            client = socket.create_connection(('127.0.0.1', port), 5)
            break
        except OSError:
            time.sleep(0.05)
    version = client.recv(12)
    client.sendall(b'RFB 003.008\n')
    got = b''
    while len(got) < 2 or got.startswith(b'\0') and len(got) < 34:
        some = client.recv(100)
        if not some:
            break
        got += some
    return version, got

def state():
    client = socket.socket(socket.AF_UNIX)
    client.connect(stats)
    client.sendall(b'show stat\n')
    rows = client.makefile().read().split('\n')
    return next(row for row in rows if row.startswith('front,desktop,')).split(',')[17]

first = user()
time.sleep(4)
later = user()
up = state()
print(f'the first user: {first}')
print(f'4 s later: {later}')
print(f'the server is {up} for the load balancer')
locked = first[1] == b'\x01\x01' and b'Too many security failures' in later[1] and up == 'UP'
print('Reproduced: the checks have locked everyone out' if locked else 'Not reproduced')
sys.exit(0 if locked else 1)
PY
/usr/bin/python3 main.py "$front" "$dir/stats"
