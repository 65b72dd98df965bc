/** What the page agrees on with a server: options of telnet, what it tells a game, and the character set. */
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

/** What the server would say to agree on what is in use; to be received in its place after a reload. */
export function agreementOf(telnet: Telnet): number[] {
  const verbs = { local: DO, remote: WILL };
  return (['local', 'remote'] as const).flatMap((side) =>
    OPTIONS[side].flatMap((option) =>
      telnet.enabled(side, option) ? [IAC, verbs[side], option] : [],
    ),
  );
}

/** What the page tells a game of itself, and wants to hear of it. */
export const GMCP_GREETING = [
  encodeGmcp('Core.Hello', { client: 'wstelnet', version: '1' }),
  encodeGmcp('Core.Supports.Set', ['Char 1']),
];

/**
 * Answers a request for a character set (RFC 2066): the set of the form if the server has it, else the first that this page has.
 * @returns undefined for what is no request; without a `charset`, none is known
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
