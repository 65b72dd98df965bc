/**
 * Hands an exception to the runtime, as an event does with what its listener throws: for code that must go on and
 * has no caller. Node has no `reportError`; there it is an uncaught exception.
 */
export function report(error: unknown): void {
  if (typeof reportError === 'function') return reportError(error);
  queueMicrotask(() => {
    throw error;
  });
}
