/**
 * User functions that only receive notifications: whatever they do, the bridge continues.
 */
import { messageOf } from './text.js';

/**
 * Calls `listener` so that what it throws, or what a promise of it rejects with, goes no further. The first failure
 * becomes a process warning; a bridge that has thousands of sessions would otherwise print thousands of them.
 */
export function harmless<A extends unknown[]>(
  name: string,
  listener: (...args: A) => unknown,
): (...args: A) => void {
  let warned = false;
  const warn = (error: unknown) => {
    if (warned) return;
    warned = true;
    process.emitWarning(`The bridge's ${name} function failed: ${messageOf(error)}`);
  };
  return (...args) => {
    try {
      const result = listener(...args);
      if (result instanceof Promise) result.catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}
