#!/usr/bin/env bash
# A ping in the middle of a compressed message spoils the message in Python's aiohttp, Tornado and wsproto: its bytes arrive still
# compressed, without an error. Only the first fragment says that a message is compressed, and a ping may come between fragments.
# aiohttp and Tornado forget the compression when the ping comes; wsproto forgets it for the fragments after the ping. A peer with
# a heartbeat runs into this when a long message takes longer than the interval.
#
# Version:  Debian 12: python3-aiohttp 3.8.4-1+deb12u2, python3-tornado 6.2.0-3+deb12u4, python3-wsproto 1.2.0-1;
#           python3-websockets 10.4-1 is correct
# Expected: the 13 bytes "a long letter" (RFC 6455 section 5.4, RFC 7692 section 6)
# Seen:     the compressed bytes, all of them (aiohttp, Tornado) or those of the second fragment (wsproto)
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
apt-get download -qq python3-websockets=10.4-1 python3-tornado=6.2.0-3+deb12u4 python3-aiohttp=3.8.4-1+deb12u2 python3-aiosignal=1.3.1-1 \
  python3-async-timeout=4.0.2-1 python3-attr=22.2.0-1 python3-charset-normalizer=3.0.1-2 python3-frozenlist=1.3.3-1+b1 \
  python3-idna=3.3-1+deb12u1 python3-multidict=6.0.4-1+b1 python3-yarl=1.8.2-1+b1 \
  python3-wsproto=1.2.0-1 python3-h11=0.14.0-1.1~deb12u1 2>/dev/null
for package in *.deb; do
  dpkg -x "$package" .
done

cat >main.py <<'PY'
import asyncio, os, zlib
import websockets
from aiohttp import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Ping, Request
from wsproto.extensions import PerMessageDeflate

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

async def serve_wsproto():
    async def handler(reader, writer):
        connection = WSConnection(ConnectionType.SERVER)
        message = b''
        while data := await reader.read(65536):
            connection.receive_data(data)
            for event in connection.events():
                if isinstance(event, Request):
                    writer.write(connection.send(AcceptConnection(extensions=[PerMessageDeflate()])))
                elif isinstance(event, Ping):
                    writer.write(connection.send(event.response()))
                elif isinstance(event, BytesMessage):
                    message += event.data
                    if event.message_finished:
                        seen.append(message)
                        message = b''
                elif isinstance(event, CloseConnection):
                    writer.write(connection.send(event.response()))
                    writer.close()
    server = await asyncio.start_server(handler, '127.0.0.1', 0)
    return server.sockets[0].getsockname()[1]

def frame(first, payload):
    key = os.urandom(4)
    return bytes([first, 0x80 | len(payload)]) + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))

LETTER = b'a long letter'
deflate = zlib.compressobj(wbits=-15)
WIRE = (deflate.compress(LETTER) + deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]

async def main():
    spoilt = True
    for serve in serve_websockets, serve_aiohttp, serve_tornado, serve_wsproto:
        seen.clear()
        reader, writer = await asyncio.open_connection('127.0.0.1', await serve())
        writer.write(b'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                     b'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n')
        answer = await asyncio.wait_for(reader.readuntil(b'\r\n\r\n'), 10)
        assert b' 101 ' in answer and b'permessage-deflate' in answer, answer
        # The message in two fragments, then again with a ping between them.
        for first, payload in (0x42, WIRE[:5]), (0x80, WIRE[5:]), (0x42, WIRE[:5]), (0x89, b''), (0x80, WIRE[5:]), (0x88, b'\x03\xe8'):
            writer.write(frame(first, payload))
        await asyncio.wait_for(reader.read(), 10)
        writer.close()
        print(f'{serve.__name__[6:]}: {seen}', flush=True)
        whole, pinged = seen
        if serve is serve_websockets:
            spoilt = spoilt and whole == pinged == LETTER
        else:
            spoilt = spoilt and whole == LETTER and pinged != LETTER and pinged.endswith(WIRE[5:])
    print('Reproduced: data after a ping stays compressed' if spoilt else 'Not reproduced', flush=True)
    os._exit(0 if spoilt else 1)

asyncio.run(main())
PY
PYTHONPATH=usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 main.py
