/**
 * Carries standard input to a WebSocket and the server's bytes to standard output, each at the pace of the slower side.
 */
import { once } from 'node:events';
import { Duplex, type Readable, type Writable } from 'node:stream';
import { type DuplexStream, Websock } from 'websock-client';
import { createWebSocketStream, type WebSocket } from 'ws';

/** The command's input and output. */
export interface Ends {
  readonly input: Readable;
  readonly output: Writable;
  /** How long the server may be silent after the end of the input, in ms. */
  readonly quiet: number;
}

/** How a connection ended, and how many bytes it carried. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  readonly sent: number;
  readonly received: number;
}

/** Resolves when the WebSocket is closed; never rejects. */
export async function carry(ws: WebSocket, { input, output, quiet }: Ends): Promise<Ending> {
  const closed = once(ws, 'close') as Promise<[code: number, reason: Buffer]>;
  const stream = createWebSocketStream(ws);
  stream.on('error', () => {});
  const sock = new Websock();
  sock.on('error', () => {});
  sock.attach(Duplex.toWeb(stream) as DuplexStream);
  const totals = { sent: 0, received: 0 };
  let timer: NodeJS.Timeout | undefined;

  const send = async () => {
    for await (const chunk of input as AsyncIterable<Buffer>) {
      await sock.write(chunk);
      totals.sent += chunk.length;
    }
    timer = setTimeout(() => sock.close(), quiet);
  };
  const receive = async () => {
    for await (const bytes of sock) {
      timer?.refresh();
      totals.received += bytes.length;
      if (!output.write(bytes)) await once(output, 'drain');
    }
  };
  // The reader of the output may go away (`| head`).
  output.once('error', () => sock.close());
  send().catch(() => sock.close());
  receive().catch(() => sock.close());
  const [code, reason] = await closed;
  clearTimeout(timer);
  input.destroy();
  return { code, reason: String(reason), ...totals };
}
