/**
 * Assertions for whatever runtime: of a test runner's there would be one that does not run everywhere.
 */

/** @throws Error that shows both, when they are not the same, bytes by their values and objects by their members */
export function equal(actual: unknown, expected: unknown, what = 'result'): void {
  if (same(actual, expected)) return;
  throw new Error(`${what} is ${show(actual)}, not ${show(expected)}`);
}

/** @throws Error when it is not true */
export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(`not so: ${what}`);
}

/** Runs what must throw. @returns what it threw; its `code`, or else its `name`, is `id` */
export function throws(action: () => unknown, id: string): unknown {
  try {
    action();
  } catch (error) {
    return identify(error, id);
  }
  throw new Error(`nothing was thrown, not ${id}`);
}

/** Waits for what must be rejected. @returns what it was rejected with, as {@link throws} */
export async function rejects(promise: Promise<unknown>, id: string): Promise<unknown> {
  let result;
  try {
    result = await promise;
  } catch (error) {
    return identify(error, id);
  }
  throw new Error(`it resolved with ${show(result)}, and was to be rejected with ${id}`);
}

function identify(error: unknown, id: string): unknown {
  const { code, name } = error as { code?: unknown; name?: unknown };
  // A DOMException has a number for a code.
  if ((typeof code === 'string' ? code : name) === id) return error;
  throw new Error(`the error is ${String(error)}, not ${id}`, { cause: error });
}

function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (isBytes(a) && isBytes(b)) {
    return a.length === b.length && sameBytes(a, b);
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => same(a[key as never], b[key as never]))
  );
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** By its name: under jsdom some are of another realm. */
function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** A loop: with `every` megabytes take a second. */
function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

const SHOWN = 24;

function show(value: unknown): string {
  if (!isBytes(value)) return JSON.stringify(value) ?? String(value);
  const start = Array.from(value.subarray(0, SHOWN), (byte) => byte.toString(16).padStart(2, '0'));
  return `${value.length} bytes [${start.join(' ')}${value.length > SHOWN ? ' …' : ''}]`;
}
