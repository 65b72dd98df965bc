/**
 * The opcodes of frames (RFC 6455 section 5.2).
 */
export const CONTINUATION = 0x0;
export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

/** From here on, opcodes are those of control frames, which may come between the fragments of a message. */
export const FIRST_CONTROL = CLOSE;
/** The largest payload of a control frame, in bytes (section 5.5). */
export const MAX_CONTROL = 125;
