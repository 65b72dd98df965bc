/**
 * Options that give a target, where the command has one already.
 */
import type { Given } from './option.js';

/** Throws a RangeError that names the first of them, or of `more`, that is given; `what` is the actual target. */
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
