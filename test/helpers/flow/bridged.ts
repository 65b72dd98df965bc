/** Clients that test the bridge's side of the flow protocol: the SDK, and a client that sends bare messages. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { Websock } from '../../../src/index.js';
import { flow, type FlowOptions } from '../../../src/flow/index.js';

/** Opens a socket of the SDK over the flow protocol. */
export async function openFlow(
  port: number,
  options: FlowOptions = {},
  path = '/',
): Promise<Websock> {
  const socket = new Websock({
    WebSocket: WebSocket as never,
    flow: flow({ retry: () => 20, ...options }),
  });
  onTestFinished(() => socket.dispose());
  socket.open(`ws://127.0.0.1:${port}${path}`);
  await socket.opened;
  return socket;
}

export const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A client that sends what the test tells it to, and nothing else. */
export class BareClient {
  readonly ws: WebSocket;
  readonly closed: Promise<number>;
  readonly #texts: Record<string, unknown>[] = [];
  #bytes = 0;
  #onNews = (): void => {};

  constructor(port: number, protocol: string, options: ClientOptions = {}, path = '/') {
    this.ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, [protocol], options);
    onTestFinished(() => this.ws.terminate());
    this.ws.on('error', () => {});
    this.closed = new Promise((resolve) => this.ws.once('close', resolve));
    this.ws.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.#bytes += data.length;
      else this.#texts.push(JSON.parse(String(data)) as Record<string, unknown>);
      this.#onNews();
    });
  }

  /** How many of the stream's bytes have arrived. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves with the next control message that has this member, and drops those before it. */
  async hears(member: string): Promise<Record<string, unknown>> {
    for (;;) {
      const at = this.#texts.findIndex((text) => member in text);
      if (at >= 0) return this.#texts.splice(0, at + 1).at(-1)!;
      await new Promise<void>((resolve) => (this.#onNews = resolve));
    }
  }

  say(message: object): void {
    this.ws.send(JSON.stringify(message));
  }
}

/** Begins a session with bare messages. Resolves with the client, the session's name, and what else the bridge announced. */
export async function beginBare(port: number, options: ClientOptions = {}) {
  const client = new BareClient(port, 'v1.flow.websock', options);
  const { session, ...rest } = await client.hears('session');
  client.say({ received: 0, limit: 1_000_000 });
  return { client, session: String(session), rest };
}

/** Resumes a session with bare messages. */
export async function resumeBare(
  port: number,
  message: object,
  options: ClientOptions = {},
): Promise<BareClient> {
  const client = new BareClient(port, 'v1.resume.flow.websock', options);
  await once(client.ws, 'open');
  client.say({ try: 1, by: 'me', received: 0, limit: 65_536, ...message });
  return client;
}
