#!/usr/bin/env bash
# HAProxy and Apache each close the connection on one of the two forms of PROXY UNKNOWN, the header for a client without a TCP
# address (it came over a Unix socket, for example). The short line ends there; the long one continues with whatever the proxy
# likes. HAProxy, whose authors wrote the specification, rejects the long line. Apache rejects the short one: it reads 16 bytes
# first, the minimum of version 2, and the short line has 15. By its source, HAProxy sends the short line, so HAProxy with
# send-proxy in front of Apache fails for such clients.
#
# Version:  Debian 12: haproxy 2.6.12-1+deb12u4, apache2-bin 2.4.71-1~deb12u1
# Expected: both accept both lines (HAProxy's proxy-protocol.txt, section 2.1: "the receiver must ignore anything presented before
#           the CRLF is found"; it gives the long line as the worst case)
# Seen:     HAProxy accepts only the short line, Apache only the long one
set -euo pipefail

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq haproxy=2.6.12-1+deb12u4 liblua5.3-0=5.3.6-2 libopentracing1=1.6.0-4 libopentracing-c-wrapper0=1.1.3-3+b1 \
  apache2-bin=2.4.71-1~deb12u1 libapr1=1.7.2-3+deb12u1 libaprutil1=1.6.3-1+deb12u1 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
export LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu"
python=/usr/bin/python3
free_port() {
  "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

haproxy_port=$(free_port)
cat >haproxy.cfg <<CFG
defaults
  mode http
  timeout client 10s
frontend web
  bind 127.0.0.1:$haproxy_port accept-proxy
  http-request return status 200
CFG
usr/sbin/haproxy -db -f haproxy.cfg >haproxy.log 2>&1 &

apache_port=$(free_port)
cat >apache.conf <<CFG
ServerRoot $dir
ServerName localhost
PidFile $dir/apache.pid
ErrorLog $dir/apache.log
User nobody
Group nogroup
Listen 127.0.0.1:$apache_port
LoadModule mpm_event_module usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module usr/lib/apache2/modules/mod_authz_core.so
LoadModule remoteip_module usr/lib/apache2/modules/mod_remoteip.so
LoadModule alias_module usr/lib/apache2/modules/mod_alias.so
RemoteIPProxyProtocol On
Redirect 204 /
CFG
usr/sbin/apache2 -f "$dir/apache.conf" -DFOREGROUND >apache.out 2>&1 &

"$python" - "$haproxy_port" "$apache_port" <<'PY'
import socket, sys, time

HIGH = ':'.join(['ffff'] * 8)
HEADERS = {
    'TCP4': b'PROXY TCP4 192.0.2.1 192.0.2.2 1000 80\r\n',
    'UNKNOWN, short': b'PROXY UNKNOWN\r\n',
    'UNKNOWN, long': f'PROXY UNKNOWN {HIGH} {HIGH} 65535 65535\r\n'.encode(),
}
EXPECTED = {'HAProxy': '++-', 'Apache': '+-+'}

def takes(port, header):
    for attempt in range(100):
        try:
            client = socket.create_connection(('127.0.0.1', port), 5)
            break
        except OSError:
            time.sleep(0.1)
    client.sendall(header + b'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    try:
        return client.recv(1000).startswith(b'HTTP/1.1 2')
    except ConnectionResetError:
        return False

same = True
for server, port in zip(EXPECTED, map(int, sys.argv[1:])):
    taken = ''
    for name, header in HEADERS.items():
        taken += '+' if takes(port, header) else '-'
        print(f'{server}, {name}: {"accepted" if taken[-1] == "+" else "closed"}')
    same = same and taken == EXPECTED[server]
print('Reproduced: HAProxy closes on the long line, Apache on the short one' if same else 'Not reproduced')
sys.exit(0 if same else 1)
PY
