/**
 * The protocol's numbers, by their names in the RFCs: the commands, each of which follows an IAC, and the options that
 * real servers ask for.
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
/** Go ahead: it is the peer's turn to send (RFC 854). */
export const GA = 249;
/** Erase line: delete everything typed in the current line (RFC 854). */
export const EL = 248;
/** Erase character: delete the last character typed (RFC 854). */
export const EC = 247;
/** Are you there: asks for visible evidence that the peer is up (RFC 854). */
export const AYT = 246;
/** Abort output: let the process run to its end, but show no more of its output (RFC 854). */
export const AO = 245;
/** Interrupt process (RFC 854). */
export const IP = 244;
/** Break: the break or attention key (RFC 854). */
export const BRK = 243;
/** Data mark: where the data stream resumes after a Synch signal (RFC 854). */
export const DM = 242;
/** No operation (RFC 854). */
export const NOP = 241;
/** Subnegotiation ends (RFC 854, RFC 855). */
export const SE = 240;
/** End of record: where END_OF_RECORD is in use, MUDs send it after a prompt (RFC 885). */
export const EOR = 239;
/** Abort the process (RFC 1184). */
export const ABORT = 238;
/** Suspend the process (RFC 1184). */
export const SUSP = 237;
/** End of file (RFC 1184). */
export const EOF = 236;

/** Option: send bytes as they are, without the end-of-line rules of text (RFC 856). */
export const BINARY = 0;
/** Option: send back the data received (RFC 857). */
export const ECHO = 1;
/** Option: send no GA after each turn (RFC 858). Together with ECHO: a character at a time. */
export const SUPPRESS_GO_AHEAD = 3;
/** Option: list which options are in use (RFC 859). */
export const STATUS = 5;
/** Option: answer when everything before the request has been processed (RFC 860). */
export const TIMING_MARK = 6;
/** Option: log out (RFC 727). */
export const LOGOUT = 18;
/** Option: report the terminal's type (RFC 1091). */
export const TERMINAL_TYPE = 24;
/** Option: mark the end of records, or of prompts, with EOR (RFC 885). */
export const END_OF_RECORD = 25;
/** Option: report the window's size (Negotiate About Window Size, RFC 1073). */
export const NAWS = 31;
/** Option: report the speed of the terminal's line (RFC 1079). */
export const TERMINAL_SPEED = 32;
/** Option: the server switches XON/XOFF flow control at the client (RFC 1372). */
export const REMOTE_FLOW_CONTROL = 33;
/** Option: the client edits lines by the server's rules (RFC 1184). */
export const LINEMODE = 34;
/** Option: report the X display (RFC 1096). */
export const X_DISPLAY_LOCATION = 35;
/** Option: environment variables, the predecessor of NEW_ENVIRON (RFC 1408). */
export const ENVIRON = 36;
/** Option: authentication (RFC 2941). */
export const AUTHENTICATION = 37;
/** Option: encryption (RFC 2946). */
export const ENCRYPT = 38;
/** Option: environment variables (RFC 1572). */
export const NEW_ENVIRON = 39;
/** Option: IBM 3270 terminals (RFC 2355). */
export const TN3270E = 40;
/** Option: agree on a character set (RFC 2066). */
export const CHARSET = 42;
/** Option: control a serial port behind the server (RFC 2217). */
export const COM_PORT = 44;
/** Option: continue over TLS (draft-altman-telnet-starttls). */
export const START_TLS = 46;
/** MUD option: Mud Server Data Protocol. */
export const MSDP = 69;
/** MUD option: Mud Server Status Protocol. */
export const MSSP = 70;
/** MUD option: the server's bytes are compressed (Mud Client Compression Protocol, version 1; use 2). */
export const MCCP1 = 85;
/** MUD option: the server's bytes are compressed (Mud Client Compression Protocol, version 2). */
export const MCCP2 = 86;
/** MUD option: the client's bytes are compressed (Mud Client Compression Protocol, version 3). */
export const MCCP3 = 87;
/** MUD option: Mud Sound Protocol. */
export const MSP = 90;
/** MUD option: Mud eXtension Protocol. */
export const MXP = 91;
/** MUD option: Zenith Mud Protocol. */
export const ZMP = 93;
/** MUD option: Achaea Telnet Client Protocol, which GMCP succeeded. */
export const ATCP = 200;
/** MUD option: Generic Mud Communication Protocol. */
export const GMCP = 201;
