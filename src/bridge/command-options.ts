/**
 * The options of the command line, one row each, in the order and the groups of `--help`.
 */
import type { AccessArguments } from './access.js';
import type { BridgeOptions } from './options.js';

/** The headings of `--help`, in order. */
export const GROUPS = [
  'Target',
  'Listening',
  'Who may connect',
  'Files',
  'Limits, in seconds and bytes',
  'Running',
] as const;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the options said: each row writes its part of it. */
export interface Given {
  /** What `createBridge` is given as it stands, all but the target. */
  readonly bridge: Mutable<Partial<BridgeOptions>>;
  /** Tokens, signatures and authenticators. */
  readonly access: AccessArguments;
  /** A target that is told by an option: then none is expected among the arguments. */
  target?: BridgeOptions['target'];
  verbose?: boolean;
  help?: boolean;
  version?: boolean;
}

/** One option. */
export interface Option {
  readonly group: (typeof GROUPS)[number];
  /** Its name, without the dashes. */
  readonly name: string;
  /** Its one letter. */
  readonly short?: string;
  /** What `--help` calls its value; without one it is a flag. */
  readonly value?: string;
  /** What it does, as one text: `--help` breaks the lines. */
  readonly help: string;
  /** The option of `createBridge` that it sets, if it is called something else than the name in camel case. */
  readonly key?: string;
  /** Takes its value ('' for a flag), once for each time it is given. Throws a RangeError with the rule: `expected ...`. */
  readonly set: (given: Given, value: string) => void;
}

/** Every option. */
export const OPTIONS: readonly Option[] = [
  {
    group: 'Target',
    name: 'token-plugin',
    value: 'CLASS',
    help: 'where tokens are looked up: ReadOnlyTokenFile, TokenFile, TokenFileName, BaseTokenAPI, JSONTokenApi, JWTTokenApi, TokenRedis, UnixDomainSocketDirectory, or a module of yours (./my-plugin.js)',
    set: ({ access }, value) => (access.tokenPlugin = value),
  },
  {
    group: 'Target',
    name: 'token-source',
    value: 'ARG',
    help: 'what the token plug-in reads: a path, a URL with %s, or host[:port[:db[:password[:namespace]]]]',
    set: ({ access }, value) => (access.tokenSource = value),
  },
  {
    group: 'Target',
    name: 'target-config',
    value: 'FILE',
    help: 'short for --token-plugin TokenFile --token-source FILE',
    set: ({ access }, value) => (access.targetConfig = value),
  },
  {
    group: 'Target',
    name: 'host-token',
    help: 'the host name that the client calls is the token; let them in with --allow-host "*.bridge.example"',
    set: ({ access }) => (access.hostToken = true),
  },
  {
    group: 'Target',
    name: 'sign-key',
    value: 'FILE',
    help: 'the target is in the URL, signed with the secret in FILE',
    set: ({ access }, value) => (access.signKey = value),
  },
  {
    group: 'Target',
    name: 'sign-once',
    help: 'take each signature once',
    set: ({ access }) => (access.signOnce = true),
  },
  {
    group: 'Target',
    name: 'allow-network',
    value: 'NETWORK',
    help: 'tokens and signatures may lead here, as in 10.0.0.0/8 (repeatable; default: anywhere but to link-local and metadata addresses)',
    set: ({ access }, value) => (access.allowNetworks = [...(access.allowNetworks ?? []), value]),
  },
  {
    group: 'Target',
    name: 'allow-port',
    value: 'PORT',
    help: 'tokens and signatures may lead to this port, or to FROM-TO (repeatable; default: any)',
    set: ({ access }, value) => (access.allowPorts = [...(access.allowPorts ?? []), value]),
  },
  {
    group: 'Who may connect',
    name: 'allow-origin',
    value: 'ORIGIN',
    key: 'allowOrigins',
    help: "let pages of this origin connect, as in https://app.example (repeatable); otherwise only pages of the bridge's own host and port may",
    set: ({ bridge }, value) => (bridge.allowOrigins = [...(bridge.allowOrigins ?? []), value]),
  },
  {
    group: 'Who may connect',
    name: 'allow-host',
    value: 'NAME',
    key: 'allowHosts',
    help: 'let clients call this host NAME, or *.NAME (repeatable); localhost and IP addresses always pass',
    set: ({ bridge }, value) => (bridge.allowHosts = [...(bridge.allowHosts ?? []), value]),
  },
  {
    group: 'Who may connect',
    name: 'auth-plugin',
    value: 'CLASS',
    help: 'who may connect: BasicHTTPAuth, ExpectOrigin, ClientCertCNAuth, or a module of yours (./my-plugin.js)',
    set: ({ access }, value) => (access.authPlugin = value),
  },
  {
    group: 'Who may connect',
    name: 'auth-source',
    value: 'ARG',
    help: 'what the plug-in lets in: user:password, or a list of origins or common names with spaces between them',
    set: ({ access }, value) => (access.authSource = value),
  },
  {
    group: 'Who may connect',
    name: 'max-failures',
    value: 'N',
    help: 'refuse an address for a minute after N wrong tokens, signatures or passwords (default 10, 0 never)',
    set: ({ access }, value) => (access.maxFailures = readInteger(value)),
  },
  {
    group: 'Files',
    name: 'web',
    value: 'DIR',
    help: 'serve the files in DIR on the same port',
    set: ({ bridge }, value) => (bridge.web = value),
  },
  {
    group: 'Limits, in seconds and bytes',
    name: 'heartbeat',
    value: 'SECONDS',
    help: 'ping each client this often and drop it when it does not answer (default 25, 0 turns it off)',
    set: ({ bridge }, value) => (bridge.heartbeat = readSeconds(value)),
  },
  {
    group: 'Running',
    name: 'verbose',
    short: 'v',
    help: 'log a line for each connection event',
    set: (given) => (given.verbose = true),
  },
  {
    group: 'Running',
    name: 'help',
    short: 'h',
    help: 'show this help',
    set: (given) => (given.help = true),
  },
  {
    group: 'Running',
    name: 'version',
    short: 'V',
    help: 'show the version',
    set: (given) => (given.version = true),
  },
];

/** Reads seconds, as whole ms. */
export function readSeconds(text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) throw new RangeError('expected a number of seconds');
  return Math.ceil(Number(text) * 1000);
}

/** Reads a whole number, without a sign. */
export function readInteger(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RangeError('expected a whole number');
  return Number(text);
}
