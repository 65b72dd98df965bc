/**
 * What every format of a recording does.
 */

/** Who sent the bytes. */
export type Sender = 'client' | 'target';

/** One session in a format. Everything that it returns goes into the file, in that order. */
export interface Transcript {
  /** Returned once, before everything else. */
  begin(): Buffer;
  /** Bytes and when they came, in ms since the session began. */
  add(sender: Sender, time: number, bytes: Buffer): Buffer;
  /** Returned once, after everything else. Its size is the same at any time. */
  end(): Buffer;
}
