/** Close codes, RFC 6455 section 7.4: what they mean, and which ones a page may send. */

const NORMAL = 1000;
/** Never sent: it means that the peer's close frame had no code. */
export const NO_CODE = 1005;
/** Never sent either: it means that the connection ended without a close frame. */
export const ABNORMAL = 1006;
const PRIVATE_CODES = 3000;

/** A close frame's payload is at most 125 bytes, two of them the code: RFC 6455 section 5.5. */
const REASON_MAX = 123;

/** Whether the peer's close frame reported a normal end. Not every platform then sets `wasClean`. */
export const isCleanCode = (code: number): boolean => code === NORMAL || code === NO_CODE;

/**
 * Closes with a code, or with that code plus 3000 if the platform refuses it: browsers let a page send only 1000 and
 * 3000 to 4999. Other runtimes send any code.
 */
export function closeWith(
  code: number | undefined,
  close: (code: number | undefined) => void,
): void {
  try {
    close(code);
  } catch (error) {
    if (code === undefined || code === NORMAL || code >= PRIVATE_CODES) throw error;
    close(code + PRIVATE_CODES);
  }
}

/** @throws RangeError for a code or a reason that a page may not send */
export function checkClose(code = NORMAL, reason = ''): void {
  if (code !== NORMAL && !(code >= PRIVATE_CODES && code <= 4999)) {
    throw new RangeError(`Cannot close with ${code}: the code must be 1000 or from 3000 to 4999`);
  }
  // Jest's jsdom has no TextEncoder, and an empty reason needs none.
  const size = reason === '' ? 0 : new TextEncoder().encode(reason).length;
  if (size > REASON_MAX) {
    throw new RangeError(`Cannot close with a reason of ${size} bytes: the limit is ${REASON_MAX}`);
  }
}
