/**
 * Refuses options that give a target when the command already has one.
 */
import type { Given } from './option.js';

/** Throws a RangeError for the first of these options, or of `more`, that is given; `what` describes the actual target. */
export function refuseOtherTargets(
  given: Given,
  what: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const others = {
    ...more,
    'unix-target': given.target,
    'token-plugin': given.access.tokenPlugin,
    'target-config': given.access.targetConfig,
    'sign-key': given.access.signKey,
  };
  const [other] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (other) throw new RangeError(`Cannot use --${other}: the target is ${what}`);
}
