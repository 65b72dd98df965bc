/**
 * The payloads of CHARSET (RFC 2066): one end requests a character set, the other accepts one from its list or rejects
 * them all. Send them with `telnet.subnegotiate(CHARSET, payload)`.
 */
import { decodeLatin1, encodeAscii } from './ascii.js';

const REQUEST = 1;
const ACCEPTED = 2;
const REJECTED = 3;
const TTABLE_REJECTED = 5;

/** Precedes the list in a request that offers a translation table; followed by a version, one byte. */
const TTABLE = '[TTABLE ]';

/** The content of a CHARSET payload. */
export type CharsetMessage =
  /** The character sets requested, best first. */
  | { readonly kind: 'request'; readonly names: readonly string[] }
  /** The character set accepted. */
  | { readonly kind: 'accepted'; readonly name: string }
  | { readonly kind: 'rejected' };

/** Parses a CHARSET payload. Undefined for any other message: translation tables are not supported. */
export function parseCharset(payload: Uint8Array): CharsetMessage | undefined {
  const text = decodeLatin1(payload.subarray(1));
  switch (payload[0]) {
    case REQUEST: {
      const list = text.startsWith(TTABLE) ? text.slice(TTABLE.length + 1) : text;
      // The list begins with its separator.
      const names = list ? list.slice(1).split(list[0]!) : [];
      return { kind: 'request', names: names.filter(Boolean) };
    }
    case ACCEPTED:
      return { kind: 'accepted', name: text };
    case REJECTED:
    case TTABLE_REJECTED:
      return { kind: 'rejected' };
    default:
      return undefined;
  }
}

/**
 * Encodes `message` as a CHARSET payload.
 * @throws {RangeError} a name is empty, or contains a space, `;`, or anything but printable ASCII
 */
export function encodeCharset(message: CharsetMessage): Uint8Array<ArrayBuffer> {
  if (message.kind === 'rejected') return Uint8Array.of(REJECTED);
  const names = message.kind === 'request' ? message.names : [message.name];
  for (const name of names) {
    if (!/^[!-:<-~]+$/.test(name)) {
      throw new RangeError(
        `Cannot use character set ${name}: it must be printable ASCII without spaces or ;`,
      );
    }
  }
  return message.kind === 'request'
    ? Uint8Array.of(REQUEST, ...encodeAscii(names.map((name) => `;${name}`).join('')))
    : Uint8Array.of(ACCEPTED, ...encodeAscii(message.name));
}
