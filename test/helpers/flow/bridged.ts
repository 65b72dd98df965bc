/** The bridge's side of the flow protocol in tests: the SDK in front of a real bridge, and a client of bare messages. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import WebSocket, { type ClientOptions } from 'ws';
import { Websock } from '../../../src/index.js';
import { flow, type FlowOptions } from '../../../src/flow/index.js';

/** The SDK over the flow protocol, open. */
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

/** A client that says what it is told to, and nothing else. */
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

  /** How many of the stream's bytes have come. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves with the next control message that has a member. */
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

/** A session that has begun, by bare messages: the client, and the session's name. */
export async function beginBare(port: number, options: ClientOptions = {}) {
  const client = new BareClient(port, 'v1.flow.websock', options);
  const { session, ...rest } = await client.hears('session');
  client.say({ received: 0, limit: 1_000_000 });
  return { client, session: String(session), rest };
}

/** A resume by bare messages. */
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
