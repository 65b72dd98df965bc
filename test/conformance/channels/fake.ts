/**
 * A WebSocket without a network, to test a socket apart from any network.
 */
import { FakeWebSocket } from '../../../src/testing/index.js';
import type { Env, Peer } from '../contract.js';
import { cut, flood } from '../bytes.js';
import { Inbox } from '../inbox.js';

/** A fake WebSocket that carries sent messages to an inbox and answers a close. */
class LoopWebSocket extends FakeWebSocket {
  readonly inbox = new Inbox();
  bufferedAmount = 0;
  isEchoing = false;
  isStalled = false;
  #held: Uint8Array[] = [];

  override send(data: Uint8Array | string): void {
    super.send(data);
    const [bytes] = this.sent.splice(0) as Uint8Array[];
    if (!bytes) return;
    this.bufferedAmount += bytes.length;
    this.#held.push(bytes);
    if (!this.isStalled) this.release();
  }

  /** Makes the peer read all buffered bytes. */
  release(): void {
    this.bufferedAmount = 0;
    for (const bytes of this.#held.splice(0)) {
      this.inbox.push(bytes);
      if (this.isEchoing) queueMicrotask(() => this.deliver(bytes));
    }
  }

  override close(code?: number, reason = ''): void {
    super.close(code, reason);
    queueMicrotask(() => this.end(code ?? 1005, reason));
  }

  override end(code: number, reason = '', wasClean = true): void {
    if (this.readyState === 3) return;
    this.inbox.end(code, reason);
    super.end(code, reason, wasClean);
  }
}

export const fake: Env = {
  name: 'fake channel',
  traits: {
    codes: true,
    stalls: true,
    breaks: true,
    refuses: true,
    backpressure: 'none',
    lossy: false,
    protocol: 'binary',
  },
  async join(sock) {
    const channel = new LoopWebSocket();
    sock.attach(channel);
    await Promise.resolve();
    channel.open('binary');
    return peerOf(channel);
  },
  refuse(sock) {
    const channel = new LoopWebSocket();
    sock.attach(channel);
    queueMicrotask(() => {
      channel.fail();
      channel.end(1006, '', false);
    });
  },
};

function peerOf(channel: LoopWebSocket): Peer {
  let flooded = 0;
  return {
    async send(bytes, sizes) {
      for (const message of cut(bytes, sizes)) channel.deliver(message);
    },
    text: async (text) => channel.deliver(text),
    received: (n) => channel.inbox.received(n),
    async echo() {
      channel.isEchoing = true;
    },
    async flood(n) {
      for (const message of flood(n)) {
        channel.deliver(message);
        flooded += message.length;
      }
    },
    flooded: async () => flooded,
    async stall() {
      channel.isStalled = true;
    },
    async unstall() {
      channel.isStalled = false;
      channel.release();
    },
    close: async (code = 1005, reason) => channel.end(code, reason),
    async drop() {
      if (channel.readyState === 3) return;
      channel.fail();
      channel.end(1006, '', false);
    },
    closed: () => channel.inbox.closed,
  };
}
