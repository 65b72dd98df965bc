/** What the page agrees on with a server: telnet options, a game's GMCP messages, and the character set. */
import {
  BINARY,
  CHARSET,
  DO,
  ECHO,
  END_OF_RECORD,
  GMCP,
  IAC,
  MCCP2,
  NAWS,
  SUPPRESS_GO_AHEAD,
  TERMINAL_TYPE,
  WILL,
  encodeCharset,
  encodeGmcp,
  parseCharset,
  type Telnet,
  type TelnetSide,
} from 'websock-client/telnet';
import { findCharset, type Charset } from './charset.js';

/** The options that the page agrees to, by who uses them. */
export const OPTIONS: Record<TelnetSide, readonly number[]> = {
  local: [BINARY, SUPPRESS_GO_AHEAD, TERMINAL_TYPE, NAWS, CHARSET],
  remote: [BINARY, SUPPRESS_GO_AHEAD, ECHO, CHARSET, END_OF_RECORD, GMCP, MCCP2],
};

/** The bytes with which the server would agree on the options in use; a page receives them in its place after a reload. */
export function agreementOf(telnet: Telnet): number[] {
  const verbs = { local: DO, remote: WILL };
  return (['local', 'remote'] as const).flatMap((side) =>
    OPTIONS[side].flatMap((option) =>
      telnet.enabled(side, option) ? [IAC, verbs[side], option] : [],
    ),
  );
}

/** Tells a game who this client is, and which messages it wants. */
export const GMCP_GREETING = [
  encodeGmcp('Core.Hello', { client: 'wstelnet', version: '1' }),
  encodeGmcp('Core.Supports.Set', ['Char 1']),
];

/**
 * Answers a request for a character set (RFC 2066): with the form's set if the server offers it, else the first that is known.
 * @returns undefined if `payload` is not a request; no `charset` if none is known
 */
export function chooseCharset(
  payload: Uint8Array,
  wanted: Charset,
): { readonly answer: Uint8Array; readonly charset?: Charset } | undefined {
  const message = parseCharset(payload);
  if (message?.kind !== 'request') return undefined;
  const known = message.names.map(findCharset).filter((charset) => charset !== undefined);
  const charset = known.find((one) => one.is(wanted)) ?? known[0];
  if (!charset) return { answer: encodeCharset({ kind: 'rejected' }) };
  return { answer: encodeCharset({ kind: 'accepted', name: charset.name }), charset };
}
