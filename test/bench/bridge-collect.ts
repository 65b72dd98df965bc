/**
 * Loaded into a bridge that runs in Node, before it starts: collects the garbage when its parent asks, and answers
 * with the bytes then in use.
 */
process.on('message', (message) => {
  // Workers get other messages too.
  if (message !== 'collect') return;
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send?.(heapUsed + external);
});
process.channel?.unref();
