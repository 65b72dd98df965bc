/** Close codes, RFC 6455 section 7.4: what they say, and which a page may send. */

const NORMAL = 1000;
/** Not a code that is sent: it says that the peer's close frame had none. */
export const NO_CODE = 1005;
const PRIVATE_CODES = 3000;

/** Whether the peer's close frame told of a normal end. Not every platform says then that it was clean. */
export const isCleanCode = (code: number): boolean => code === NORMAL || code === NO_CODE;

/**
 * Closes with a code, or with a private one in its stead where the platform refuses it: browsers let a page send
 * 1000 and 3000 to 4999 only. Other runtimes send what they are told.
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
