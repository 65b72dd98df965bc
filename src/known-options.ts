/**
 * Refuses options that do not exist. They would be ignored, and most are misspelt.
 */

/**
 * Checks the names in `options`; `known` has all that exist. An instance of a class may have other members.
 * @throws TypeError for an unknown option
 */
export function refuseUnknown<Options extends object>(
  options: Options,
  known: Readonly<Record<keyof Options, unknown>>,
): void {
  if (Object.getPrototypeOf(options) !== Object.prototype) return;
  const names = Object.keys(known);
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new TypeError(`Cannot use the option ${name}: the options are ${names.join(', ')}`);
  }
}
