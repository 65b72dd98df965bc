/**
 * Gives up on a target that sends nothing, or that takes nothing.
 */
import type { TargetEnd } from './target-end.js';

/** How long a target may make no progress, in ms; 0: forever. */
export interface TargetTimeouts {
  /** How long it may send nothing. */
  readonly readTimeout: number;
  /** How long it may go without reading what is queued for it. */
  readonly sendTimeout: number;
}

/** Calls back with a text for the log when a target has done nothing for too long. */
export function watchTarget(
  target: TargetEnd,
  { readTimeout, sendTimeout }: TargetTimeouts,
  onStuck: (why: string) => void,
): void {
  const { progress } = target;
  if (readTimeout > 0) {
    // While the client is stalled, the target is not read, so nothing can be heard from it.
    progress.watch(readTimeout, { says: true, isExcused: () => target.isPaused }, () =>
      onStuck(`the target was silent for ${readTimeout} ms`),
    );
  }
  if (sendTimeout > 0) {
    progress.watch(sendTimeout, { takes: true, isExcused: () => target.queued === 0 }, () =>
      onStuck(`the target accepted no data for ${sendTimeout} ms`),
    );
  }
}
