/**
 * MTTS, the Mud Terminal Type Standard: the third name that a client sends for TERMINAL-TYPE lists its capabilities. The first
 * is the client's own, the second the terminal's: `terminalTypes: ['MYCLIENT', 'XTERM', mttsName(MTTS.ANSI | MTTS.UTF_8)]`.
 */

/** The capabilities of a client, as bits to add up. */
export const MTTS = {
  /** ANSI color codes. */
  ANSI: 1,
  /** VT100 sequences. */
  VT100: 2,
  /** UTF-8. */
  UTF_8: 4,
  /** The 256 colors of xterm. */
  COLORS_256: 8,
  /** Mouse tracking of xterm. */
  MOUSE_TRACKING: 16,
  /** The OSC color palette. */
  OSC_COLOR_PALETTE: 32,
  /** A screen reader is in use. */
  SCREEN_READER: 64,
  /** The client is a proxy, whose users have clients of their own. */
  PROXY: 128,
  /** 16 million colors. */
  TRUECOLOR: 256,
  /** The variables of the Mud New Environment Standard. */
  MNES: 512,
  /** The links of the Mud Server Link Protocol. */
  MSLP: 1024,
  /** The connection is encrypted. */
  SSL: 2048,
} as const;

/** Formats these bits as a terminal type: `MTTS 13`. */
export const mttsName = (bits: number): string => `MTTS ${bits}`;

/** Reads the bits in a terminal type; undefined if it does not follow this standard. */
export function parseMtts(name: string): number | undefined {
  const digits = /^MTTS (\d{1,9})$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
