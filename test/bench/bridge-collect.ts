/**
 * Loaded into a bridge that runs in Node, before it starts: collects the garbage when its parent asks, and answers
 * with what is left on the heap, in bytes.
 */
process.on('message', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  process.send?.(process.memoryUsage().heapUsed);
});
process.channel?.unref();
