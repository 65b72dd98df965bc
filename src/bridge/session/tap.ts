/**
 * What listens to a session without taking part in it.
 */

/** Is shown the stream's bytes, which are valid during the call only. It must neither throw nor change them. */
export interface Tap {
  fromClient(bytes: Buffer): void;
  fromTarget(bytes: Buffer): void;
}
