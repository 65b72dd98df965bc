/**
 * A pair of streams, joined to the peer's pair.
 */
import { streamPair } from '../../../src/testing/index.js';
import type { Env, Peer } from '../contract.js';
import { cut, flood } from '../bytes.js';
import { Inbox } from '../inbox.js';

type Pair = ReturnType<typeof streamPair>[1];

export const pair: Env = {
  name: 'stream pair',
  traits: {
    codes: false,
    stalls: true,
    breaks: true,
    refuses: false,
    backpressure: 'transport',
    lossy: false,
    protocol: '',
  },
  async join(sock) {
    const [ours, theirs] = streamPair();
    sock.attach(ours);
    return peerOf(theirs);
  },
};

function peerOf({ readable, writable }: Pair): Peer {
  const inbox = new Inbox();
  const reader = readable.getReader();
  const writer = writable.getWriter();
  let isEchoing = false;
  let flooded = 0;
  /** Set while the peer is stalled; resolves when it goes on. */
  let stalled: Promise<void> | undefined;
  let goOn = (): void => {};

  /** Does not wait: the stream keeps the order, and a socket that does not read must not hold up its peer. */
  const write = (bytes: Uint8Array<ArrayBuffer>): void => void writer.write(bytes).catch(() => {});

  const pump = async (): Promise<void> => {
    for (;;) {
      await stalled;
      const { done, value } = await reader.read();
      if (done) return;
      inbox.push(value);
      if (isEchoing) write(value);
    }
  };
  // Streams have no codes: the end shows only whether it was clean.
  pump().then(
    () => inbox.end(1005),
    () => inbox.end(1006),
  );
  writer.closed.catch(() => {});

  return {
    async send(bytes, sizes) {
      for (const message of cut(bytes, sizes)) write(message);
    },
    text: async (text) => write(text as never),
    received: (n) => inbox.received(n),
    async echo() {
      isEchoing = true;
    },
    async flood(n) {
      for (const message of flood(n)) {
        writer.write(message).then(
          () => (flooded += message.length),
          () => {},
        );
      }
    },
    flooded: async () => flooded,
    async stall() {
      stalled = new Promise((resolve) => (goOn = resolve));
    },
    async unstall() {
      stalled = undefined;
      goOn();
    },
    close: async () => void writer.close().catch(() => {}),
    async drop() {
      const reason = new Error('dropped by the peer');
      writer.abort(reason).catch(() => {});
      reader.cancel(reason).catch(() => {});
    },
    closed: () => inbox.closed,
  };
}
