#!/usr/bin/env bash
# After one message that ends with a final DEFLATE block, Python's websockets, aiohttp and Tornado deliver every later message as
# an empty one, without an error. RFC 7692 allows a block with BFINAL set and gives the bytes of one as an example; programs that
# compress with Node's deflateRawSync send such blocks (websockets/ws issue 2294). The first message is correct, but zlib's
# decompressor has then finished and accepts no more input.
#
# Version:  Debian 12: python3-websockets 10.4-1, python3-aiohttp 3.8.4-1+deb12u2, python3-tornado 6.2.0-3+deb12u4
# Expected: "Hello", "Hello", "after" (RFC 7692 sections 7.2.1 and 7.2.3.4)
# Seen:     "Hello", "", ""
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq python3-websockets=10.4-1 python3-tornado=6.2.0-3+deb12u4 python3-aiohttp=3.8.4-1+deb12u2 python3-aiosignal=1.3.1-1 \
  python3-async-timeout=4.0.2-1 python3-attr=22.2.0-1 python3-charset-normalizer=3.0.1-2 python3-frozenlist=1.3.3-1+b1 \
  python3-idna=3.3-1+deb12u1 python3-multidict=6.0.4-1+b1 python3-yarl=1.8.2-1+b1 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done

cat >main.py <<'PY'
import asyncio, os, sys
import websockets
from aiohttp import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

seen = []

async def serve_websockets():
    async def handler(socket, path=None):
        async for message in socket:
            seen.append(message)
    server = await websockets.serve(handler, '127.0.0.1', 0)
    return server.sockets[0].getsockname()[1]

async def serve_aiohttp():
    async def handler(request):
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            seen.append(message.data)
        return socket
    app = web.Application()
    app.router.add_get('/', handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, '127.0.0.1', 0).start()
    return runner.addresses[0][1]

async def serve_tornado():
    class Handler(WebSocketHandler):
        def get_compression_options(self):
            return {}
        def on_message(self, message):
            seen.append(message)
    server = HTTPServer(Application([('/', Handler)]))
    sockets = bind_sockets(0, '127.0.0.1')
    server.add_sockets(sockets)
    return sockets[0].getsockname()[1]

def frame(first, payload):
    key = os.urandom(4)
    return bytes([first, 0x80 | len(payload)]) + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))

HELLO = bytes.fromhex('f348cdc9c9070000')  # RFC 7692 section 7.2.3.4: BFINAL is 1
AFTER = bytes.fromhex('4a4c2b492d0200')  # BFINAL is 0

async def main():
    lost = True
    for serve in serve_websockets, serve_aiohttp, serve_tornado:
        seen.clear()
        reader, writer = await asyncio.open_connection('127.0.0.1', await serve())
        writer.write(b'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                     b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n')
        answer = await asyncio.wait_for(reader.readuntil(b'\r\n\r\n'), 10)
        assert b' 101 ' in answer and b'permessage-deflate' in answer, answer
        for payload in HELLO, HELLO, AFTER:
            writer.write(frame(0xc1, payload))
        await asyncio.sleep(1)
        writer.write(frame(0x88, b'\x03\xe8'))
        await asyncio.wait_for(reader.read(), 10)
        writer.close()
        print(f'{serve.__name__[6:]}: {seen}', flush=True)
        lost = lost and seen == ['Hello', '', '']
    print('Reproduced: later messages are empty' if lost else 'Not reproduced', flush=True)
    os._exit(0 if lost else 1)

asyncio.run(main())
PY
PYTHONPATH=usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 main.py
