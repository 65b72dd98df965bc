/**
 * What a case waits for.
 */
import type { Websock } from '../../src/index.js';

/** Calls `take` with each `message`, until it returns true. */
export function consume(sock: Websock, take: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const off = sock.on('message', () => {
      try {
        if (!take()) return;
        resolve();
      } catch (error) {
        reject(error as Error);
      }
      off();
    });
  });
}

/** Resolves when it is so. For what has no event: it looks again and again. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}

/** Looks until a value has not changed for a while: that nothing more happens has no event either. */
export async function settled(look: () => number | Promise<number>): Promise<number> {
  for (let last = await look(); ;) {
    await sleep(250);
    const now = await look();
    if (now === last) return now;
    last = now;
  }
}

/** Whether a promise is open, and stays so for a while. */
export async function isPending(promise: Promise<unknown>, ms = 50): Promise<boolean> {
  const open = Symbol();
  const end = promise.catch(() => {});
  return (await Promise.race([end, sleep(ms).then(() => open)])) === open;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
