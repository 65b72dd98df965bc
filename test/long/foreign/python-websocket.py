import os

import websocket

size, url, remote = int(os.environ['SIZE']), os.environ['URL'], os.environ['END'] == 'remote'
ws = websocket.create_connection(url, subprotocols=['binary'])
data = bytes(i % 251 for i in range(size))
# The client does not read while it sends, so it sends in pieces.
got = b''
for at in range(0, size, 10000):
    ws.send_binary(data[at:at + 10000])
    while len(got) < min(size, at + 10000):
        got += ws.recv()
if remote:
    ws.send_binary(b'bye')
else:
    ws.send_close(1000)
opcode, frame = ws.recv_data()
print(ws.getsubprotocol(), str(got == data).lower(), int.from_bytes(frame[:2], 'big'))
