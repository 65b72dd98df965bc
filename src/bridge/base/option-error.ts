/**
 * What is thrown for an option that can't be used, so that the command line can say which of its own options it was.
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

/** What another module refuses, under the name of the option; an OptionError knows better and stays. */
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

/** What is refused of an option that is inside another one, under the names of both. */
export function inside<T>(outer: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new OptionError(`${outer}.${error.option}`, error.message, { cause: error });
  }
}

/** A value that could be read. */
export function required<T>(option: string, value: T | undefined, message: string): T {
  if (value === undefined) throw new OptionError(option, message);
  return value;
}
