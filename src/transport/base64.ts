/**
 * The legacy subprotocol `base64`: peers that predate binary frames send and expect Base64 text frames,
 * RFC 4648 section 4, each complete in itself.
 */

/** `fromCharCode` takes its characters as arguments; engines overflow their stack somewhere above 65,536. */
const CHARS_AT_ONCE = 4096;

export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHARS_AT_ONCE) {
    binary += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + CHARS_AT_ONCE));
  }
  return btoa(binary);
}

/** @throws DOMException (InvalidCharacterError) when the text is not Base64 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
