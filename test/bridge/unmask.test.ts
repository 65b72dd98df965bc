import { once } from 'node:events';
import { expect, test } from 'vitest';
import { unmask } from '../../src/bridge/session/framing/unmask.js';
import { newClient, startEcho } from '../helpers/bridge.js';
import { listenCommand } from '../helpers/command.js';

const MASK = Buffer.from([0x12, 0x34, 0xf6, 0x78]);

test('takes the mask off at every place and length, and touches nothing else', () => {
  for (const length of [...Array(70).keys(), 1_448, 65_536]) {
    for (let offset = 0; offset < 8; offset += 1) {
      const all = Buffer.from(Array.from({ length: length + 16 }, (_, i) => i * 7));
      const expected = Buffer.from(all);
      for (let i = 0; i < length; i += 1) expected[offset + i] ^= MASK[i & 3];
      unmask(all.subarray(offset, offset + length), MASK);
      expect(all.equals(expected), `${length} bytes at ${offset}`).toBe(true);
    }
  }
});

test('the built command takes masks off messages of all lengths', async () => {
  const target = await startEcho();
  const { port } = await listenCommand('0', `127.0.0.1:${target.port}`);
  const ws = newClient(port);
  await once(ws, 'open');
  const lengths = [...Array(300).keys(), 1_448, 65_535, 65_536, 200_000];
  const messages = lengths.map((length) => Buffer.alloc(length, `${length}, `));
  const sent = Buffer.concat(messages);
  const received: Buffer[] = [];
  let count = 0;
  const done = new Promise<void>((resolve) => {
    ws.on('message', (data: Buffer) => {
      received.push(data);
      count += data.length;
      if (count >= sent.length) resolve();
    });
  });
  for (const message of messages) ws.send(message);
  await done;
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});
