/**
 * Other people's WebSocket clients in front of our bridge: bytes both ways, the subprotocol, and both close codes. Real programs
 * on loopback.
 */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startBridge, startTarget } from '../helpers/bridge.js';
import { same } from '../helpers/bytes.js';
import { skip } from '../helpers/need.js';

const run = promisify(execFile);
const PYTHON = '/usr/bin/python3';

interface Client {
  readonly name: string;
  /** Fails where the client is missing. */
  readonly probe: string;
  /**
   * Offers `binary`, sends `SIZE` bytes that count up from 0 to 250 again and again, reads as many, and prints the subprotocol, whether
   * they came back as they were, and the close code: of the bridge when `END` is `remote`, else it closes first.
   */
  readonly script: string;
}

const clients: Client[] = [
  {
    name: 'python3-websockets',
    probe: 'import websockets',
    script: `
import asyncio, os, websockets
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
        print(ws.subprotocol, got == data, ws.close_code)
asyncio.run(main())`,
  },
  {
    name: 'python3-websocket',
    probe: 'import websocket',
    script: `
import os, websocket
size, url, remote = int(os.environ['SIZE']), os.environ['URL'], os.environ['END'] == 'remote'
ws = websocket.create_connection(url, subprotocols=['binary'])
data = bytes(i % 251 for i in range(size))
# It reads nothing while it sends.
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
print(ws.getsubprotocol(), got == data, int.from_bytes(frame[:2], 'big'))`,
  },
];

const SIZE = 1_000_000;

async function lacking({ name, probe }: Client): Promise<string | undefined> {
  try {
    await run(PYTHON, ['-c', probe]);
    return undefined;
  } catch {
    return skip(`${name} is not installed`);
  }
}

for (const client of clients) {
  const reason = await lacking(client);
  for (const end of ['local', 'remote']) {
    test.skipIf(reason)(`${client.name}, closed by the ${end} end`, async () => {
      const received: Buffer[] = [];
      const target = await startTarget((socket) => {
        socket.on('data', (data: Buffer) => {
          received.push(data);
          if (data.subarray(-3).equals(Buffer.from('bye'))) socket.end();
          else socket.write(data);
        });
        socket.on('end', () => socket.end());
      });
      const { port } = await startBridge(target.port);
      const env = { ...process.env, SIZE: `${SIZE}`, URL: `ws://127.0.0.1:${port}/`, END: end };
      const { stdout } = await run(PYTHON, ['-c', client.script], { env });
      expect(stdout.trim()).toBe('binary True 1000');

      const [socket] = target.sockets;
      if (!socket.destroyed) await once(socket, 'close');
      const sent = Uint8Array.from({ length: SIZE }, (_, i) => i % 251);
      expect(same(Buffer.concat(received).subarray(0, SIZE), sent)).toBe(true);
    });
  }
}
