/**
 * The options of the command line, one row each, in the order and the groups of `--help`.
 */
import type { AccessArguments } from './access.js';
import type { BridgeOptions } from '../options.js';
import { MAX_TIMER } from '../process/life.js';

const VERSIONS = {
  default: 'TLSv1.2',
  tlsv1_1: 'TLSv1.1',
  tlsv1_2: 'TLSv1.2',
  tlsv1_3: 'TLSv1.3',
} as const;

/** The headings of `--help`, in order. */
export const GROUPS = [
  'Target',
  'Listening',
  'TLS',
  'Who may connect',
  'Files',
  'Limits',
  'Running',
  'Log',
] as const;

type TlsOptions = NonNullable<BridgeOptions['tls']>;
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** What the options said. */
export interface Given {
  /** What `createBridge` is given as it stands, all but the target. */
  readonly bridge: Mutable<Partial<BridgeOptions>>;
  /** Tokens, signatures and authenticators. */
  readonly access: AccessArguments;
  readonly tls: Mutable<Partial<TlsOptions>>;
  readonly targetTls: { ca?: string; serverName?: string };
  /** Whether the target speaks TLS. */
  sslTarget?: boolean;
  /** A target given by an option, which replaces the argument. */
  target?: BridgeOptions['target'];
  unixListen?: string;
  unixListenMode?: number;
  ipv6?: boolean;
  drain?: number;
  verbose?: boolean;
  traffic?: boolean;
  logFile?: string;
  logJson?: boolean;
  help?: boolean;
  version?: boolean;
}

type Part = 'bridge' | 'access' | 'tls' | 'targetTls';

/** The path of a member. */
type Setting =
  Exclude<keyof Given, Part> | { [Name in Part]: `${Name}.${keyof Given[Name] & string}` }[Part];

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
  /** What it sets: a member of `Given`, or of a part of it. */
  readonly sets?: Setting;
  /** Reads its value, which is a text otherwise; a flag's is true. Throws a RangeError with the rule: `expected ...`. */
  readonly read?: (text: string) => unknown;
  /** Whether it may be given several times, for a list. */
  readonly repeatable?: boolean;
}

/** Every option. */
export const OPTIONS: readonly Option[] = [
  {
    group: 'Target',
    name: 'token-plugin',
    value: 'CLASS',
    help: 'where to look up tokens: ReadOnlyTokenFile, TokenFile, TokenFileName, BaseTokenAPI, JSONTokenApi, JWTTokenApi, TokenRedis, UnixDomainSocketDirectory, or your own module (./my-plugin.js)',
    sets: 'access.tokenPlugin',
  },
  {
    group: 'Target',
    name: 'token-source',
    value: 'ARG',
    help: 'what the token plug-in reads: a path, a URL with %s, or host[:port[:db[:password[:namespace]]]]',
    sets: 'access.tokenSource',
  },
  {
    group: 'Target',
    name: 'target-config',
    value: 'FILE',
    help: 'short for --token-plugin TokenFile --token-source FILE',
    sets: 'access.targetConfig',
  },
  {
    group: 'Target',
    name: 'host-token',
    help: 'use the requested host name as the token; allow the names with --allow-host "*.bridge.example"',
    sets: 'access.hostToken',
  },
  {
    group: 'Target',
    name: 'sign-key',
    value: 'FILE',
    help: 'take the target from the URL, signed with the secret in FILE',
    sets: 'access.signKey',
  },
  {
    group: 'Target',
    name: 'sign-once',
    help: 'accept each signature only once',
    sets: 'access.signOnce',
  },
  {
    group: 'Target',
    name: 'allow-network',
    value: 'NETWORK',
    help: 'let tokens and signatures lead to this network, such as 10.0.0.0/8 (repeatable; default: anywhere but link-local and metadata addresses)',
    sets: 'access.allowNetworks',
    repeatable: true,
  },
  {
    group: 'Target',
    name: 'allow-port',
    value: 'PORT',
    help: 'let tokens and signatures lead to this port or range, FROM-TO (repeatable; default: any)',
    sets: 'access.allowPorts',
    repeatable: true,
  },
  {
    group: 'Target',
    name: 'unix-target',
    value: 'FILE',
    help: 'connect to the unix socket FILE; replaces the target argument',
    sets: 'target',
    read: (path) => ({ path }),
  },
  {
    group: 'Target',
    name: 'ssl-target',
    help: 'use TLS to the target and check its certificate',
    sets: 'sslTarget',
  },
  {
    group: 'Target',
    name: 'target-ca',
    value: 'FILE',
    help: "check the target's certificate against the authorities in FILE; implies --ssl-target",
    sets: 'targetTls.ca',
  },
  {
    group: 'Target',
    name: 'target-servername',
    value: 'NAME',
    help: "the name in the target's certificate, if it differs from the target's host; implies --ssl-target",
    sets: 'targetTls.serverName',
  },
  {
    group: 'Listening',
    name: 'unix-listen',
    value: 'FILE',
    help: 'listen on the unix socket FILE; replaces the source argument',
    sets: 'unixListen',
  },
  {
    group: 'Listening',
    name: 'unix-listen-mode',
    value: 'MODE',
    help: 'file mode of the socket (default 0600)',
    sets: 'unixListenMode',
    read: readMode,
  },
  {
    group: 'Listening',
    name: 'prefer-ipv6',
    short: '6',
    help: 'listen on IPv6: a port alone on ::1, a host name on its IPv6 address',
    sets: 'ipv6',
  },
  {
    group: 'TLS',
    name: 'cert',
    value: 'FILE',
    help: 'serve TLS with the certificate chain in FILE, alongside plain HTTP on the same port; a renewed FILE applies to new connections',
    sets: 'tls.cert',
  },
  {
    group: 'TLS',
    name: 'key',
    value: 'FILE',
    help: 'the private key, if it is not in the same file',
    sets: 'tls.key',
  },
  {
    group: 'TLS',
    name: 'key-password',
    value: 'TEXT',
    help: 'the password of the private key; other users can see it, so prefer an unencrypted key',
    sets: 'tls.keyPassword',
  },
  {
    group: 'TLS',
    name: 'ssl-only',
    help: 'drop connections without TLS',
    sets: 'tls.only',
  },
  {
    group: 'TLS',
    name: 'ssl-version',
    value: 'VERSION',
    help: 'the oldest TLS version to accept: default (tlsv1_2), tlsv1_1, tlsv1_2 or tlsv1_3',
    sets: 'tls.minVersion',
    read: readVersion,
  },
  {
    group: 'TLS',
    name: 'ssl-ciphers',
    value: 'LIST',
    help: 'the ciphers to allow, as an OpenSSL cipher list',
    sets: 'tls.ciphers',
  },
  {
    group: 'TLS',
    name: 'verify-client',
    help: 'require a client certificate; implies --ssl-only',
    sets: 'tls.verifyClient',
  },
  {
    group: 'TLS',
    name: 'cafile',
    value: 'FILE',
    help: 'check client certificates against the authorities in FILE (default: the well-known ones)',
    sets: 'tls.ca',
  },
  {
    group: 'Who may connect',
    name: 'allow-origin',
    value: 'ORIGIN',
    help: "let pages from this origin connect, such as https://app.example (repeatable); otherwise only pages from the bridge's own host and port may",
    sets: 'bridge.allowOrigins',
    repeatable: true,
  },
  {
    group: 'Who may connect',
    name: 'allow-host',
    value: 'NAME',
    help: 'accept requests for this host NAME, or *.NAME (repeatable); localhost and IP addresses are always accepted',
    sets: 'bridge.allowHosts',
    repeatable: true,
  },
  {
    group: 'Who may connect',
    name: 'auth-plugin',
    value: 'CLASS',
    help: 'who may connect: BasicHTTPAuth, ExpectOrigin, ClientCertCNAuth, or your own module (./my-plugin.js)',
    sets: 'access.authPlugin',
  },
  {
    group: 'Who may connect',
    name: 'auth-source',
    value: 'ARG',
    help: 'what the plug-in allows: user:password, or a space-separated list of origins or common names',
    sets: 'access.authSource',
  },
  {
    group: 'Who may connect',
    name: 'max-failures',
    value: 'N',
    help: 'refuse an address for a minute after N wrong tokens, signatures or passwords (default 10, 0: never)',
    sets: 'access.maxFailures',
    read: readInteger,
  },
  {
    group: 'Files',
    name: 'web',
    value: 'DIR',
    help: 'serve the files in DIR on the same port',
    sets: 'bridge.web',
  },
  {
    group: 'Files',
    name: 'web-auth',
    help: 'require the same authentication for files as for WebSockets',
    sets: 'bridge.webAuth',
  },
  {
    group: 'Files',
    name: 'allow-frame',
    value: 'ORIGIN',
    help: 'let pages from this origin show the files in a frame, such as https://app.example (repeatable); otherwise only pages from the same origin may',
    sets: 'bridge.allowFrames',
    repeatable: true,
  },
  {
    group: 'Files',
    name: 'file-only',
    help: 'accepted for compatibility with websockify; directories are never listed',
  },
  {
    group: 'Limits',
    name: 'heartbeat',
    value: 'SECONDS',
    help: 'ping each client this often and drop it if it does not answer (default 25, 0: off)',
    sets: 'bridge.heartbeat',
    read: readSeconds,
  },
  {
    group: 'Limits',
    name: 'connect-timeout',
    value: 'SECONDS',
    help: 'time for the target to accept (default 10)',
    sets: 'bridge.connectTimeout',
    read: readSeconds,
  },
  {
    group: 'Limits',
    name: 'read-timeout',
    value: 'SECONDS',
    help: 'drop a target that is silent for this long (default 0: never)',
    sets: 'bridge.readTimeout',
    read: readSeconds,
  },
  {
    group: 'Limits',
    name: 'send-timeout',
    value: 'SECONDS',
    help: 'drop a target that accepts no data for this long (default 300, 0: never)',
    sets: 'bridge.sendTimeout',
    read: readSeconds,
  },
  {
    group: 'Limits',
    name: 'max-connections',
    value: 'N',
    help: 'concurrent connections; more get 503 (default 10000, 0: no limit)',
    sets: 'bridge.maxConnections',
    read: readInteger,
  },
  {
    group: 'Limits',
    name: 'max-connections-per-address',
    value: 'N',
    help: 'connections from one address or IPv6 /64; more get 429 (default 2000, 0: no limit)',
    sets: 'bridge.maxConnectionsPerAddress',
    read: readInteger,
  },
  {
    group: 'Limits',
    name: 'max-payload',
    value: 'BYTES',
    help: 'the largest message from a client (default 1048576)',
    sets: 'bridge.maxPayload',
    read: readInteger,
  },
  {
    group: 'Limits',
    name: 'max-fragments',
    value: 'N',
    help: 'the most fragments in one message (default 1024)',
    sets: 'bridge.maxFragments',
    read: readInteger,
  },
  {
    group: 'Limits',
    name: 'max-frame',
    value: 'BYTES',
    help: 'the largest message to a client (default 1048576)',
    sets: 'bridge.maxFrame',
    read: readInteger,
  },
  {
    group: 'Running',
    name: 'run-once',
    help: 'stop listening at the first WebSocket and exit with it',
    sets: 'bridge.runOnce',
  },
  {
    group: 'Running',
    name: 'timeout',
    value: 'SECONDS',
    help: 'stop listening after this time, and exit with the last WebSocket',
    sets: 'bridge.listenTimeout',
    read: readSeconds,
  },
  {
    group: 'Running',
    name: 'idle-timeout',
    value: 'SECONDS',
    help: 'exit after this time without WebSockets',
    sets: 'bridge.idleTimeout',
    read: readSeconds,
  },
  {
    group: 'Running',
    name: 'drain',
    value: 'SECONDS',
    help: 'how long WebSockets may continue after SIGTERM, which stops listening at once (default 5); SIGINT does not wait',
    sets: 'drain',
    read: readSeconds,
  },
  {
    group: 'Log',
    name: 'verbose',
    short: 'v',
    help: 'log a line for each event',
    sets: 'verbose',
  },
  {
    group: 'Log',
    name: 'traffic',
    help: 'show each frame: } from client, > to target, { from target, < to client, followed by . if it has to wait',
    sets: 'traffic',
  },
  {
    group: 'Log',
    name: 'log-file',
    value: 'FILE',
    help: 'log to FILE (implies -v); SIGHUP and SIGUSR1 reopen it',
    sets: 'logFile',
  },
  {
    group: 'Log',
    name: 'log-json',
    help: 'log JSON, one line per event (implies -v)',
    sets: 'logJson',
  },
  {
    group: 'Running',
    name: 'help',
    short: 'h',
    help: 'show this help',
    sets: 'help',
  },
  {
    group: 'Running',
    name: 'version',
    short: 'V',
    help: 'show the version',
    sets: 'version',
  },
];

/** Reads seconds, as whole ms. */
export function readSeconds(text: string): number {
  const time = Math.ceil(Number(text) * 1000);
  if (!/^\d+(?:\.\d+)?$/.test(text) || time > MAX_TIMER) {
    const most = Math.floor(MAX_TIMER / 1000);
    throw new RangeError(`expected a number of seconds, ${most} at most`);
  }
  return time;
}

/** Reads a whole number, without a sign. */
export function readInteger(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RangeError('expected a whole number');
  return Number(text);
}

function readMode(text: string): number {
  if (!/^[0-7]{3,4}$/.test(text)) throw new RangeError('expected a file mode such as 0660');
  return Number.parseInt(text, 8) & 0o777;
}

function readVersion(text: string): TlsOptions['minVersion'] {
  if (!Object.hasOwn(VERSIONS, text)) {
    throw new RangeError(`expected one of ${Object.keys(VERSIONS).join(', ')}`);
  }
  return VERSIONS[text as keyof typeof VERSIONS];
}
