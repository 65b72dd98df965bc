/** The arguments of a demo. */
export interface Arguments {
  readonly port: number;
  readonly target: { readonly host: string; readonly port: number } | undefined;
  /** The target as given on the command line. */
  readonly named: string | undefined;
  /** The average time between losses of all connections, in seconds. */
  readonly flaky: number | undefined;
}

/** Reads the arguments. Ends the process for `--help`, and with exit code 2 for invalid ones. */
export function readArguments(name: 'start' | 'vnc'): Arguments;
