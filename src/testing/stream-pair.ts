/**
 * A channel of streams, both ends of it.
 */

/** Two streams of bytes, one each way. */
export type BytePair = ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>;

/**
 * Two pairs of streams, crossed: what is written to one is read from the other. `attach()` one; the other is the server's end, with
 * backpressure as a real stream has it.
 *
 * @example
 * const [ours, theirs] = streamPair();
 * sock.attach(ours);
 * const writer = theirs.writable.getWriter();
 * await writer.write(Uint8Array.of(1, 2));
 */
export function streamPair(): [BytePair, BytePair] {
  const there = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const back = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  return [
    { readable: back.readable, writable: there.writable },
    { readable: there.readable, writable: back.writable },
  ];
}
