import asyncio
import os

import websockets

size, url, remote = int(os.environ['SIZE']), os.environ['URL'], os.environ['END'] == 'remote'


async def main():
    async with websockets.connect(url, subprotocols=['binary'], max_size=None) as ws:
        data = bytes(i % 251 for i in range(size))
        await ws.send(data)
        got = b''
        while len(got) < size:
            got += await ws.recv()
        if remote:
            await ws.send(b'bye')
            await ws.wait_closed()
        else:
            await ws.close(1000)
        print(ws.subprotocol, str(got == data).lower(), ws.close_code)


asyncio.run(main())
