/**
 * An observer of a session, which takes no part in it.
 */

/** Is shown the stream's bytes, which are valid only during the call. It must neither throw nor change them. */
export interface Tap {
  fromClient(bytes: Buffer): void;
  fromTarget(bytes: Buffer): void;
}
