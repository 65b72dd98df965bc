/**
 * A peer on the server side of a WebSocket.
 */
import type { WebSocket } from 'ws';
import type { Peer } from './contract.js';
import { cut, flood } from './bytes.js';
import { Inbox } from './inbox.js';

export function peerOf(ws: WebSocket): Peer {
  const inbox = new Inbox();
  let isEchoing = false;
  let flooded = 0;

  ws.on('message', (data: Buffer) => {
    inbox.push(data);
    if (isEchoing) ws.send(data);
  });
  ws.on('close', (code, reason) => inbox.end(code, String(reason)));
  // The close event reports the failure too.
  ws.on('error', () => {});

  const floodAll = async (n: number): Promise<void> => {
    for (const message of flood(n)) {
      await new Promise<void>((resolve, reject) => {
        ws.send(message, (error) => (error ? reject(error) : resolve()));
      });
      flooded += message.length;
    }
  };

  return {
    async send(bytes, sizes) {
      for (const message of cut(bytes, sizes)) ws.send(message);
    },
    text: async (text) => ws.send(text),
    received: (n) => inbox.received(n),
    async echo() {
      isEchoing = true;
    },
    async flood(n) {
      // The flood ends with the connection.
      floodAll(n).catch(() => {});
    },
    flooded: async () => flooded,
    stall: async () => ws.pause(),
    unstall: async () => ws.resume(),
    close: async (code, reason) => ws.close(code, reason),
    drop: async () => ws.terminate(),
    closed: () => inbox.closed,
  };
}
