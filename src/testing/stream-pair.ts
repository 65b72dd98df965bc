/**
 * Both ends of a channel of streams.
 */

/** Two streams of bytes, one each way. */
export type BytePair = ReadableWritablePair<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>;

/**
 * Two crossed pairs of streams: what is written to one is read from the other. `attach()` one and play the server on the other. They have
 * backpressure, like real streams.
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
