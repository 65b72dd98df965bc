/**
 * The numbers of the protocol under their names in the RFCs: commands (RFC 854, each follows an IAC) and the
 * options that {@link Telnet} knows.
 */

/** Interpret as command: the byte in front of every command (RFC 854). As data it is sent twice. */
export const IAC = 255;
/** The sender asks its peer to stop using an option, or refuses to let it start (RFC 854). */
export const DONT = 254;
/** The sender asks its peer to use an option, or agrees that it does (RFC 854). */
export const DO = 253;
/** The sender will not use an option, or stops using it (RFC 854). */
export const WONT = 252;
/** The sender offers to use an option, or agrees to (RFC 854). */
export const WILL = 251;
/** Subnegotiation of an option begins (RFC 854, RFC 855). */
export const SB = 250;
/** Go ahead: the line is the peer's to use (RFC 854). */
export const GA = 249;
/** Erase line: delete what was typed of the current line (RFC 854). */
export const EL = 248;
/** Erase character: delete the last one typed (RFC 854). */
export const EC = 247;
/** Are you there: asks for visible evidence that the peer is up (RFC 854). */
export const AYT = 246;
/** Abort output: let the process run to its end, but show no more of its output (RFC 854). */
export const AO = 245;
/** Interrupt process (RFC 854). */
export const IP = 244;
/** Break: the break or attention key (RFC 854). */
export const BRK = 243;
/** Data mark: where the data stream of a Synch signal goes on (RFC 854). */
export const DM = 242;
/** No operation (RFC 854). */
export const NOP = 241;
/** Subnegotiation ends (RFC 854, RFC 855). */
export const SE = 240;

/** Option: bytes go as they are, without the end-of-line rules of text (RFC 856). */
export const BINARY = 0;
/** Option: this end sends back what it receives (RFC 857). */
export const ECHO = 1;
/** Option: no GA after each turn (RFC 858). Together with ECHO: a character at a time. */
export const SUPPRESS_GO_AHEAD = 3;
/** Option: tell which kind of terminal this is (RFC 1091). */
export const TERMINAL_TYPE = 24;
/** Option: negotiate about window size (RFC 1073). */
export const NAWS = 31;
