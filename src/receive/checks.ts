/**
 * The argument checks of a receive queue.
 */

export function tooSmall(target: Uint8Array, n: number): RangeError {
  return new RangeError(`Cannot read ${n} bytes into an array of ${target.length}`);
}

/** @throws RangeError when n is not a whole number, `least` or more */
export function checkCount(n: number, action: string, least = 0): void {
  if (!Number.isInteger(n) || n < least) throw noCount(n, action, least);
}

/** Separate, like all rare code here: the engine inlines only short functions. */
function noCount(n: number, action: string, least: number): RangeError {
  return new RangeError(`Cannot ${action} ${n}: it must be a whole number, ${least} or more`);
}

export const isByte = (value: number): boolean => (value & 0xff) === value;

/** @throws TypeError for anything but an ArrayBuffer or a view of one */
export function asBytes(chunk: ArrayBuffer | ArrayBufferView): Uint8Array {
  // Not a subclass: the `slice` of Node's Buffer does not copy.
  if (chunk instanceof Uint8Array && Object.getPrototypeOf(chunk) === Uint8Array.prototype)
    return chunk;
  if (ArrayBuffer.isView(chunk)) {
    return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
  if (Object.prototype.toString.call(chunk) === '[object ArrayBuffer]')
    return new Uint8Array(chunk);
  throw new TypeError(`Cannot queue ${String(chunk)}: it must be an ArrayBuffer or a view of one`);
}

/** @throws TypeError for a promise */
export function refusePromise(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  // The promise may reject, most likely with an underflow; this TypeError already reports it.
  (result as PromiseLike<unknown>).then(undefined, () => {});
  throw new TypeError('Cannot use tryRead() with a function that returns a promise');
}
