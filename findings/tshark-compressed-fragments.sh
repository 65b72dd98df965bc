#!/usr/bin/env bash
# A capture can look in Wireshark as if a server had broken its own compression, although every frame is right. Wireshark inflates
# permessage-deflate messages and reassembles fragments, but it does not do both. It shows a compressed message in two fragments
# as the compressed bytes. Because these never went through its decompressor, a later message that refers back to them is shown as
# "Decompression failed".
#
# Version:  tshark 4.0.17 (Debian 12, tshark 4.0.17-0+deb12u3)
# Expected: "fragmented hello", "fragmented hello again" (RFC 7692 section 6.2: the fragments' payloads are joined, then inflated)
# Seen:     the compressed bytes, then "Decompression failed"; both as expected if each message is one frame
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq tshark=4.0.17-0+deb12u3 libwireshark16=4.0.17-0+deb12u3 libwiretap13=4.0.17-0+deb12u3 libwsutil14=4.0.17-0+deb12u3 \
  libwireshark-data=4.0.17-0+deb12u3 libc-ares2=1.18.1-3 liblua5.2-0=5.2.4-3 libpcap0.8=1.10.3-1 libsmi2ldbl=0.4.8+dfsg2-16 \
  libsnappy1v5=1.1.9-3 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done
export LD_LIBRARY_PATH="$dir/usr/lib/x86_64-linux-gnu"

cat >main.py <<'PY'
import struct, subprocess, sys, zlib

REQUEST = (b'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
           b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n')
RESPONSE = (b'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
            b'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n')
deflate = zlib.compressobj(wbits=-15)
MESSAGES = [(deflate.compress(text) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4] for text in (b'fragmented hello', b'fragmented hello again')]

def frame(first, payload):
    return bytes([first, len(payload)]) + payload

def capture(frames):
    """A capture of a connection in which the server sends these frames, each in a packet."""
    packets = [('client', 0x02, b''), ('server', 0x12, b''), ('client', 0x10, b''), ('client', 0x18, REQUEST), ('server', 0x18, RESPONSE)]
    packets += [('server', 0x18, data) for data in frames]
    counts = {'client': 0, 'server': 0}
    raw_ip = 101
    written = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, raw_ip)
    for second, (sender, flags, data) in enumerate(packets):
        receiver = 'server' if sender == 'client' else 'client'
        ports = (50000, 80) if sender == 'client' else (80, 50000)
        hosts = (b'\xc0\x00\x02\x01', b'\xc0\x00\x02\x02')[:: 1 if sender == 'client' else -1]
        tcp = struct.pack('>HHIIBBHHH', *ports, counts[sender], counts[receiver] if flags != 0x02 else 0, 0x50, flags, 65535, 0, 0)
        ip = struct.pack('>BBHHHBBH', 0x45, 0, 40 + len(data), second, 0, 64, 6, 0) + hosts[0] + hosts[1]
        packet = ip + tcp + data
        written += struct.pack('<IIII', 1700000000 + second, 0, len(packet), len(packet)) + packet
        counts[sender] += len(data) or flags & 0x02 and 1
    return written

def shown(name, frames):
    with open(name, 'wb') as file:
        file.write(capture(frames))
    done = subprocess.run(['usr/bin/tshark', '-r', name, '-Y', 'websocket', '-T', 'fields', '-e', 'text'], capture_output=True)
    texts = [line.decode(errors='replace').removeprefix('Timestamps').lstrip(',') for line in done.stdout.splitlines()]
    return [text for text in texts if text]

one, two = MESSAGES
whole = shown('whole.pcap', [frame(0xc1, one), frame(0xc1, two)])
parts = shown('parts.pcap', [frame(0x41, one[:5]), frame(0x80, one[5:]), frame(0xc1, two)])
print(f'in one frame each: {whole}')
print(f'the first in two fragments: {parts}')
broken = whole == ['fragmented hello', 'fragmented hello again'] and len(parts) == 2 and 'hello' not in parts[0] and parts[1] == 'Decompression failed'
print('Reproduced: neither the fragments nor the next message is inflated' if broken else 'Not reproduced')
sys.exit(0 if broken else 1)
PY
/usr/bin/python3 main.py
