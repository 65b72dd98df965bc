/** The arguments of a demo. */
export interface Arguments {
  readonly port: number;
  readonly target: { readonly host: string; readonly port: number } | undefined;
  /** The target as it was given. */
  readonly named: string | undefined;
  /** How often, in seconds, connections are to be lost. */
  readonly flaky: number | undefined;
}

/** Reads them. Ends the process for `--help`, and with 2 for what can't be. */
export function readArguments(name: 'start' | 'vnc'): Arguments;
