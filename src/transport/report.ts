/**
 * Hands an exception to the runtime, as happens when an event listener throws: for code that must go on and has no
 * caller. Node has no `reportError`; there the exception goes uncaught.
 */
export function report(error: unknown): void {
  if (typeof reportError === 'function') return reportError(error);
  queueMicrotask(() => {
    throw error;
  });
}
