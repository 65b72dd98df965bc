/**
 * Ways for a case to wait.
 */
import type { Websock } from '../../src/index.js';

/** Calls `take` on each `message` event until it returns true. */
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

/** Resolves when the condition holds; polls it, for conditions without an event. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await sleep(2);
}

/** Polls until a value has not changed for a while: no event says that nothing more will happen. */
export async function settled(look: () => number | Promise<number>): Promise<number> {
  for (let last = await look(); ;) {
    await sleep(250);
    const now = await look();
    if (now === last) return now;
    last = now;
  }
}

/** Whether a promise is pending and stays so for `ms` milliseconds. */
export async function isPending(promise: Promise<unknown>, ms = 50): Promise<boolean> {
  const open = Symbol();
  const end = promise.catch(() => {});
  return (await Promise.race([end, sleep(ms).then(() => open)])) === open;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
