#!/usr/bin/env bash
# Behind one proxy, a client may get no answer while its neighbour gets the page, because its PROXY header is longer. Version 2 of
# the PROXY protocol carries more than addresses: the host name from TLS, a certificate's name and algorithms, an id. Servers that
# use none of this skip it, but only up to a limit: Apache accepts a header of 232 bytes, lighttpd one of 256, and both close the
# connection on a longer one. The specification speaks of 536 bytes. By our count, HAProxy with all its proxy-v2-options sends
# about 215 bytes for a client with a certificate, an IPv4 address and a short host name; an IPv6 address adds 24.
#
# Version:  Debian 12: apache2-bin 2.4.71-1~deb12u1, lighttpd 1.4.69-1
# Expected: 200 for each (HAProxy's proxy-protocol.txt, section 2: "fit in the smallest TCP segment ... (576 - 40 = 536 bytes)";
#           section 2.2, "Receivers MUST always consider this field to skip the appropriate number of bytes")
# Seen:     both accept 232 bytes; only lighttpd accepts 233; neither accepts 257
set -euo pipefail

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq apache2-bin=2.4.71-1~deb12u1 libapr1=1.7.2-3+deb12u1 libaprutil1=1.6.3-1+deb12u1 lighttpd=1.4.69-1 \
  libnettle8=3.8.1-2 libxxhash0=0.8.1-1 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
export LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu"
python=/usr/bin/python3
free_port() {
  "$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
mkdir www
echo hello >www/index.html
chmod 755 . www

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
DocumentRoot $dir/www
RemoteIPProxyProtocol On
CFG
usr/sbin/apache2 -f "$dir/apache.conf" -DFOREGROUND >apache.out 2>&1 &

lighttpd_port=$(free_port)
cat >lighttpd.conf <<CFG
server.modules = ("mod_extforward")
server.bind = "127.0.0.1"
server.port = $lighttpd_port
server.document-root = "$dir/www"
extforward.forwarder = ("127.0.0.1" => "trust")
extforward.hap-PROXY = "enable"
CFG
usr/sbin/lighttpd -D -f lighttpd.conf -m usr/lib/lighttpd >lighttpd.log 2>&1 &

"$python" - "$apache_port" "$lighttpd_port" <<'PY'
import socket, sys, time

def header(size):
    """A header of this many bytes for a client with IPv6, filled up with the host name from TLS."""
    addresses = socket.inet_pton(socket.AF_INET6, '2001:db8::1') + socket.inet_pton(socket.AF_INET6, '2001:db8::2') + b'\xc0\x00\x01\xbb'
    length = size - 16 - len(addresses) - 3
    labels = '.'.join(['host'] * 60) + '.example'
    authority = b'\x02' + length.to_bytes(2, 'big') + labels[-length:].lstrip('.').rjust(length, 'x').encode()
    rest = addresses + authority
    return b'\r\n\r\n\x00\r\nQUIT\n\x21\x21' + len(rest).to_bytes(2, 'big') + rest

def takes(port, size):
    for attempt in range(100):
        try:
            client = socket.create_connection(('127.0.0.1', port), 5)
            break
        except OSError:
            time.sleep(0.1)
    client.sendall(header(size) + b'GET /index.html HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    try:
        return client.recv(1000).startswith(b'HTTP/1.1 200')
    except ConnectionResetError:
        return False

same = True
for server, port, limit in ('Apache', sys.argv[1], 232), ('lighttpd', sys.argv[2], 256):
    for size in 60, 232, 233, 256, 257, 300:
        taken = takes(int(port), size)
        print(f'{server}, a header of {size} bytes: {"accepted" if taken else "closed"}')
        same = same and taken == (size <= limit)
print('Reproduced: Apache closes on more than 232 bytes, lighttpd on more than 256' if same else 'Not reproduced')
sys.exit(0 if same else 1)
PY
