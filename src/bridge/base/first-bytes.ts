/**
 * Recognizes a connection's protocol by the first bytes that its client sends.
 */
import { METHODS } from 'node:http';
import { quote } from './text.js';

/** A protocol; `other` is any that the bridge does not know. */
export type Speech = 'tls' | 'http/1' | 'http/2' | 'other';

/** A TLS record begins with its type, a control character; the text protocols begin with a letter. */
const FIRST_LETTER = 0x20;
const TLS_HANDSHAKE = 0x16;

/** How requests begin. The connection preface of HTTP/2 looks like one with the method `PRI` (RFC 9113 section 3.4). */
const BEGINNINGS: readonly (readonly [beginning: string, speech: Speech])[] = [
  ...METHODS.map((method) => [`${method} `, 'http/1'] as const),
  ['PRI * HTTP/2.0\r\n', 'http/2'],
];
const LONGEST = Math.max(...BEGINNINGS.map(([beginning]) => beginning.length));

/** How the two versions of a PROXY header begin. */
const PROXY_HEADERS = ['PROXY ', '\r\n\r\n\0\r\nQUIT\n'];

/** How many bytes the log shows of an unknown protocol. */
const SHOWN = 32;

/** Recognizes the protocol from all bytes that have arrived so far; undefined while more than one is possible. */
export function recognize(bytes: Buffer): Speech | undefined {
  const [first] = bytes;
  if (first === undefined) return undefined;
  if (first < FIRST_LETTER) return 'tls';
  const text = bytes.toString('latin1', 0, LONGEST);
  const match = BEGINNINGS.find(([beginning]) => text.startsWith(beginning));
  if (match) return match[1];
  return BEGINNINGS.some(([beginning]) => beginning.startsWith(text)) ? undefined : 'other';
}

/**
 * Describes for the log what is wrong with bytes that the HTTP parser rejects. A malformed request is not shown, since its
 * URL may contain a token.
 */
export function describe(bytes: Buffer): string {
  const text = bytes.toString('latin1', 0, SHOWN);
  const shown = `, first bytes ${quote(text)}`;
  if (PROXY_HEADERS.some((beginning) => text.startsWith(beginning))) {
    return `a PROXY header where none is expected: the proxy's send-proxy is on${shown}`;
  }
  if (bytes[0] === TLS_HANDSHAKE) return `TLS on a port without TLS${shown}`;
  const speech = recognize(bytes);
  if (speech === 'http/2') return 'HTTP/2, which is turned off';
  return speech === 'http/1' ? 'a malformed request' : `neither HTTP nor TLS${shown}`;
}
