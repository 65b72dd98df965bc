/** An option of the command line, and the values of all options. */
import type { AccessArguments } from './access.js';
import type { Address } from '../base/address.js';
import type { BridgeOptions } from '../options.js';
import type { WrapMode } from '../process/wrap/program.js';

type RecordOptions = NonNullable<BridgeOptions['record']>;
type TlsOptions = NonNullable<BridgeOptions['tls']>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The values of the options. */
export interface Given {
  /** Options for `createBridge` that need no more work; all but the target. */
  readonly bridge: Mutable<Partial<BridgeOptions>>;
  /** Tokens, signatures and authenticators. */
  readonly access: AccessArguments;
  readonly tls: Mutable<Partial<TlsOptions>>;
  readonly record: Mutable<Partial<RecordOptions>>;
  readonly targetTls: { ca?: string; serverName?: string };
  /** Whether the target speaks TLS. */
  sslTarget?: boolean;
  /** A target given by an option, which replaces the argument. */
  target?: BridgeOptions['target'];
  listen?: string[];
  unixListen?: string[];
  unixListenMode?: number;
  /** The names of sockets that systemd hands over. */
  inherited?: string[];
  ipv6?: boolean;
  inetd?: boolean;
  daemon?: boolean;
  workers?: number;
  pidFile?: string;
  syslog?: string | Address;
  legacySyslog?: boolean;
  /** Whether the option for plain HTTP on a TLS port, which is the default, was given. */
  allowHttp?: boolean;
  drain?: number;
  /** What to do when a wrapped program ends. */
  wrapMode?: WrapMode;
  /** How fast to replay a recording; 1 is as recorded. */
  speed?: number;
  lameDuck?: number;
  verbose?: boolean;
  traffic?: boolean;
  logFile?: string;
  logJson?: boolean;
  metrics?: Address;
  config?: string;
  check?: boolean;
  help?: boolean;
  version?: boolean;
}

type Part = 'bridge' | 'access' | 'record' | 'tls' | 'targetTls';

/** The path of a member of `Given`. */
type Setting =
  Exclude<keyof Given, Part> | { [Name in Part]: `${Name}.${keyof Given[Name] & string}` }[Part];

/** One option. */
export interface Option {
  /** Its name, without the dashes. */
  readonly name: string;
  /** Its one-letter form. */
  readonly short?: string;
  /** What `--help` calls its value; without one it is a flag. */
  readonly value?: string;
  /** What it does, on one line, which `--help` wraps. */
  readonly help: string;
  /** What it sets: a member of `Given`, or of a part of it. */
  readonly sets?: Setting;
  /** Converts its value, which otherwise stays text; a flag's is true. Throws a RangeError with the rule: `expected ...`. */
  readonly read?: (text: string) => unknown;
  /** Whether it may be given several times, for a list. */
  readonly repeatable?: boolean;
  /** Whether its value is a secret, or may contain one. */
  readonly isSecret?: boolean;
}

/** The options under one heading of `--help`. */
export interface OptionGroup {
  /** What `--help GROUP` calls it. */
  readonly name: string;
  readonly title: string;
  readonly options: readonly Option[];
}
