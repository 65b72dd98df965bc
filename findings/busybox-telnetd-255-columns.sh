#!/usr/bin/env bash
# In a window of 255 columns, a session on busybox telnetd gets 65,280 rows and a stray Ctrl-X. Telnet requires the client to send
# the byte 255 twice. busybox telnetd does not undo the doubling: it reads the four bytes after the option code as they are. The
# byte left over, 24 (the number of rows), reaches the shell as Ctrl-X. 254 and 256 columns work. (busybox's own client does not
# double the byte, by its source, so those two agree.)
#
# Version:  busybox 1.35.0 (Debian 12, busybox-static 1:1.35.0-4+deb12u1+b1)
# Expected: 24 rows, 255 columns, and nothing typed (RFC 1073: "any occurrence of 255 in the subnegotiation must be doubled")
# Seen:     65280 rows, 255 columns, and a byte 0x18 for the shell
set -euo pipefail

dir=$(mktemp -d)
trap 'kill %1 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq busybox-static=1:1.35.0-4+deb12u1+b1 2>/dev/null
dpkg -x busybox-static_*.deb .

# The server starts this shell for each connection. It waits for a line, then prints its terminal's size and the line's bytes.
cat >shell <<'SH'
#!/bin/sh
IFS= read -r line
echo "size: $(stty size); line: $(printf %s "$line" | od -An -tx1)"
SH
chmod +x shell

python=/usr/bin/python3
port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
bin/busybox telnetd -F -b "127.0.0.1:$port" -l "$dir/shell" -f /dev/null &

# Prints the shell's output for a window of this many columns and 24 rows after the line "ok" is typed.
shell_at() {
  "$python" - "$port" "$1" <<'PY'
import re, socket, sys, time
for attempt in range(50):
    try:
        client = socket.create_connection(('127.0.0.1', int(sys.argv[1])), 10)
        break
    except OSError:
        time.sleep(0.1)
size = int(sys.argv[2]).to_bytes(2, 'big') + (24).to_bytes(2, 'big')
client.sendall(b'\xff\xfb\x1f' + b'\xff\xfa\x1f' + size.replace(b'\xff', b'\xff\xff') + b'\xff\xf0')
time.sleep(0.5)
client.sendall(b'ok\r\n')
said = b''
while b'line:' not in said or not said.endswith(b'\n'):
    some = client.recv(4096)
    if not some:
        break
    said += some
print(re.search('size:.*', said.decode('latin-1')).group().strip())
PY
}

for columns in 254 255 256; do
  said=$(shell_at "$columns")
  echo "$columns columns, 24 rows: $said"
  case $columns in
    255) expected='size: 65280 255; line:  18 6f 6b' ;;
    *) expected="size: 24 $columns; line:  6f 6b" ;;
  esac
  if [ "$said" != "$expected" ]; then
    echo 'Not reproduced'
    exit 1
  fi
done
echo 'Reproduced: 255 columns become 65,280 rows and a Ctrl-X'
