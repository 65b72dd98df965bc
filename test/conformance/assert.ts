/**
 * Assertions for every runtime: no test runner's assertions run everywhere.
 */

/** @throws Error that shows both if they are not equal; bytes are compared by value, objects by member */
export function equal(actual: unknown, expected: unknown, what = 'result'): void {
  if (same(actual, expected)) return;
  throw new Error(`${what} is ${show(actual)}, not ${show(expected)}`);
}

/** @throws Error if the condition is false */
export function ok(condition: boolean, what: string): void {
  if (!condition) throw new Error(`expected: ${what}`);
}

/** Runs an action that must throw. @returns the error; its string `code`, or else its `name`, is `id` */
export function throws(action: () => unknown, id: string): unknown {
  try {
    action();
  } catch (error) {
    return identify(error, id);
  }
  throw new Error(`nothing was thrown; expected ${id}`);
}

/** Waits for a promise that must reject. @returns the error, as {@link throws} does */
export async function rejects(promise: Promise<unknown>, id: string): Promise<unknown> {
  let result;
  try {
    result = await promise;
  } catch (error) {
    return identify(error, id);
  }
  throw new Error(`it resolved with ${show(result)}; expected it to reject with ${id}`);
}

function identify(error: unknown, id: string): unknown {
  const { code, name } = error as { code?: unknown; name?: unknown };
  // A DOMException's code is a number.
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

/** Checks the name: under jsdom some arrays come from another realm. */
function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** A loop, because `every` takes a second for some megabytes. */
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
