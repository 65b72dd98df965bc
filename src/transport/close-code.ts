/** Which codes a page may close with, RFC 6455 section 7.4.2. */

const NORMAL = 1000;
const PRIVATE_CODES = 3000;

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
