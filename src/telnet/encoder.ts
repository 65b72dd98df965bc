/**
 * Encodes data, commands and negotiations into the bytes of a connection: the inverse of the decoder. The functions
 * keep no state.
 */
import { IAC, SB, SE } from './constants.js';

const NUL = 0;
const LF = 10;
const CR = 13;

/**
 * Encodes data for the connection: each IAC is doubled and, in text, a CR without an LF becomes CR NUL (RFC 854). A CR
 * at the end of `bytes` counts as one without an LF.
 *
 * @param binary whether this end sends BINARY: then a CR is a byte like any other (RFC 856)
 * @returns `bytes` itself if nothing changes, otherwise a new array
 */
export function encodeData<Memory extends ArrayBufferLike>(
  bytes: Uint8Array<Memory>,
  binary = false,
): Uint8Array<Memory | ArrayBuffer> {
  const bareCr = (at: number) => !binary && bytes[at] === CR && bytes[at + 1] !== LF;
  let extra = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === IAC || bareCr(at)) extra++;
  if (extra === 0) return bytes;
  const encoded = new Uint8Array(bytes.length + extra);
  for (let at = 0, to = 0; at < bytes.length; at++) {
    encoded[to++] = bytes[at];
    if (bytes[at] === IAC) encoded[to++] = IAC;
    else if (bareCr(at)) encoded[to++] = NUL;
  }
  return encoded;
}

/** Encodes a command such as {@link AYT}: IAC and its code (RFC 854). */
export function encodeCommand(code: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(IAC, code);
}

/** Encodes a negotiation: IAC, one of WILL, WONT, DO and DONT, and the option (RFC 855). */
export function encodeNegotiation(verb: number, option: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(IAC, verb, option);
}

/** Encodes a subnegotiation: IAC SB, the option, the payload with each IAC doubled, IAC SE (RFC 855). */
export function encodeSubnegotiation(option: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const content = encodeData(Uint8Array.from([option, ...payload]), true);
  return Uint8Array.from([IAC, SB, ...content, IAC, SE]);
}
