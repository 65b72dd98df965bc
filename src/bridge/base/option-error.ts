/**
 * The error for an invalid option. It names the option, so that the command line can name its own one.
 */
import { plainMessageOf } from './text.js';

/** An invalid option of `createBridge`. */
export class OptionError extends RangeError {
  override readonly name = 'OptionError';
  /** The option's name, as in `BridgeOptions`; `tls.cert` and the like for nested ones. */
  readonly option: string;

  constructor(option: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.option = option;
  }
}

/** Turns an error of another module into an OptionError for `option`; an OptionError is more specific and stays as it is. */
export function attempt<T>(option: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof OptionError) throw error;
    throw new OptionError(option, plainMessageOf(error), {
      cause: error,
    });
  }
}

/** Puts the name of the outer option before the one that an OptionError names. */
export function inside<T>(outer: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new OptionError(`${outer}.${error.option}`, error.message, { cause: error });
  }
}

/** Returns `value`; throws an OptionError if it is undefined. */
export function required<T>(option: string, value: T | undefined, message: string): T {
  if (value === undefined) throw new OptionError(option, message);
  return value;
}
