/**
 * Async and sync reads in a random mix, some of them aborted, over bytes that arrive in random pieces: joined in the
 * order of the calls, their results must be the stream, each byte once.
 */
import { Websock } from '../../src/index.js';
import { FakeWebSocket } from '../../src/testing/index.js';
import { Random } from './random.js';

const STREAM = 400;

/** The byte that ends a line. */
const NEWLINE = 10;

/** Reads one stream in one fragmentation. Throws at the first difference. */
export async function fuzzAsync(seed: number): Promise<void> {
  const random = new Random(seed);
  const stream = Uint8Array.from({ length: STREAM }, () =>
    random.oneIn(12) ? NEWLINE : random.below(256),
  );
  const sock = new Websock();
  const channel = new FakeWebSocket().open();
  sock.attach(channel);

  let delivered = 0;
  const deliver = (): void => {
    const size = Math.min(
      STREAM - delivered,
      random.oneIn(4) ? random.between(1, 60) : random.between(1, 5),
    );
    channel.deliver(stream.subarray(delivered, (delivered += size)));
    if (delivered === STREAM) channel.end(1000);
  };

  /** The results, in the order of the reads. */
  const got: Promise<number[]>[] = [];
  let open = 0;
  const controllers: AbortController[] = [];
  const read = (): void => {
    const controller = new AbortController();
    const { signal } = controller;
    const into = new Uint8Array(random.between(1, 9));
    const made = random.pick([
      () => sock.read(random.between(0, 20), { signal }),
      () => sock.readSome({ max: random.between(1, 30), signal }),
      () => sock.readUntil(NEWLINE, { signal }),
      () => sock.readInto(into, { signal }),
      () => sock.peek(random.between(0, 9), { signal }).then(() => new Uint8Array(0)),
    ])();
    open++;
    const bytes = made.then(
      (result) => [...(result ?? [])],
      // The read was aborted, or the end came first: it consumed nothing.
      () => [],
    );
    got.push(bytes.finally(() => open--));
    if (random.oneIn(3)) controllers.push(controller);
  };
  const readNow = (): void => {
    try {
      const bytes = sock.tryRead(() => [...sock.rQshiftBytes(random.between(1, 9))]);
      if (bytes) got.push(Promise.resolve(bytes));
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_READ_PENDING' || open === 0) throw error;
    }
  };

  for (;;) {
    if (delivered === STREAM) break;
    const step = random.below(8);
    if (step < 3) deliver();
    else if (step < 5 && open < 6) read();
    else if (step === 5) readNow();
    else if (step === 6) controllers.splice(random.below(controllers.length + 1), 1)[0]?.abort();
    else await undefined;
  }
  const served = (await Promise.all(got)).flat();
  const all = [...served, ...sock.rQshiftBytes(sock.rQlen())];
  if (all.join() !== stream.join()) {
    throw new Error(`Seed ${seed}: read ${all.length} of ${STREAM} bytes, and they differ`);
  }
}
