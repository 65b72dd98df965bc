/**
 * What every recording format implements.
 */

/** Who sent the bytes. */
export type Sender = 'client' | 'target';

/** One session in a format. What `begin` and `add` return, then what `end` returns, makes up the file, in that order. */
export interface Transcript {
  /** Returns the start of the file. Called once, before anything else. */
  begin(): Buffer;
  /** Returns the entry for bytes that came `time` ms after the session began. */
  add(sender: Sender, time: number, bytes: Buffer): Buffer;
  /** Returns the end of the file, whose size never changes: it may be called early to find that size. */
  end(): Buffer;
}
