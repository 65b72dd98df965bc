/**
 * User functions that only receive notifications: whatever they do, the bridge continues.
 */
import { messageOf } from './text.js';

/**
 * Wraps `listener` so that its exceptions and rejections go no further. Only the first becomes a process warning: a bridge
 * with thousands of sessions would otherwise print thousands.
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
