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

/** What the options said: each row writes its part of it. */
export interface Given {
  /** What `createBridge` is given as it stands, all but the target. */
  readonly bridge: Mutable<Partial<BridgeOptions>>;
  /** Tokens, signatures and authenticators. */
  readonly access: AccessArguments;
  readonly tls: Mutable<Partial<TlsOptions>>;
  readonly targetTls: { ca?: string; serverName?: string };
  /** Whether the target speaks TLS. */
  sslTarget?: boolean;
  /** A target that is told by an option: then none is expected among the arguments. */
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
    group: 'Target',
    name: 'unix-target',
    value: 'FILE',
    key: 'target',
    help: 'connect to the unix socket FILE; no target is given then',
    set: (given, value) => (given.target = { path: value }),
  },
  {
    group: 'Target',
    name: 'ssl-target',
    help: 'speak TLS to the target; its certificate is checked',
    set: (given) => (given.sslTarget = true),
  },
  {
    group: 'Target',
    name: 'target-ca',
    value: 'FILE',
    key: 'targetTls.ca',
    help: "check the target's certificate against the authorities in FILE; implies --ssl-target",
    set: ({ targetTls }, value) => (targetTls.ca = value),
  },
  {
    group: 'Target',
    name: 'target-servername',
    value: 'NAME',
    key: 'targetTls.serverName',
    help: "the name in the target's certificate, if it is not the target's host; implies --ssl-target",
    set: ({ targetTls }, value) => (targetTls.serverName = value),
  },
  {
    group: 'Listening',
    name: 'unix-listen',
    value: 'FILE',
    help: 'listen on the unix socket FILE; no source is given then',
    set: (given, value) => (given.unixListen = value),
  },
  {
    group: 'Listening',
    name: 'unix-listen-mode',
    value: 'MODE',
    help: 'who may connect to it (default 0600)',
    set: (given, value) => (given.unixListenMode = readMode(value)),
  },
  {
    group: 'Listening',
    name: 'prefer-ipv6',
    short: '6',
    help: 'listen on IPv6: a port alone on ::1, and a host name at its IPv6 address',
    set: (given) => (given.ipv6 = true),
  },
  {
    group: 'TLS',
    name: 'cert',
    value: 'FILE',
    key: 'tls.cert',
    help: 'speak TLS with the certificate chain in FILE, besides plain HTTP on the same port; when FILE is renewed, the next connection gets the new one',
    set: ({ tls }, value) => (tls.cert = value),
  },
  {
    group: 'TLS',
    name: 'key',
    value: 'FILE',
    key: 'tls.key',
    help: 'its private key, if it is not in the same file',
    set: ({ tls }, value) => (tls.key = value),
  },
  {
    group: 'TLS',
    name: 'key-password',
    value: 'TEXT',
    key: 'tls.keyPassword',
    help: 'the password of the private key; other users can see it: better decrypt the key',
    set: ({ tls }, value) => (tls.keyPassword = value),
  },
  {
    group: 'TLS',
    name: 'ssl-only',
    key: 'tls.only',
    help: 'drop connections without TLS',
    set: ({ tls }) => (tls.only = true),
  },
  {
    group: 'TLS',
    name: 'ssl-version',
    value: 'VERSION',
    key: 'tls.minVersion',
    help: 'the oldest version to speak: default (tlsv1_2), tlsv1_1, tlsv1_2 or tlsv1_3',
    set: ({ tls }, value) => (tls.minVersion = readVersion(value)),
  },
  {
    group: 'TLS',
    name: 'ssl-ciphers',
    value: 'LIST',
    key: 'tls.ciphers',
    help: 'the ciphers to speak, as OpenSSL lists them',
    set: ({ tls }, value) => (tls.ciphers = value),
  },
  {
    group: 'TLS',
    name: 'verify-client',
    key: 'tls.verifyClient',
    help: 'ask clients for a certificate; implies --ssl-only',
    set: ({ tls }) => (tls.verifyClient = true),
  },
  {
    group: 'TLS',
    name: 'cafile',
    value: 'FILE',
    key: 'tls.ca',
    help: 'check it against the authorities in FILE; otherwise against the well-known ones',
    set: ({ tls }, value) => (tls.ca = value),
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
    group: 'Files',
    name: 'web-auth',
    help: 'ask for the same authentication for them as for WebSockets',
    set: ({ bridge }) => (bridge.webAuth = true),
  },
  {
    group: 'Files',
    name: 'allow-frame',
    value: 'ORIGIN',
    key: 'allowFrames',
    help: 'let pages of this origin show these in a frame, as in https://app.example (repeatable); otherwise only pages of the same origin may',
    set: ({ bridge }, value) => (bridge.allowFrames = [...(bridge.allowFrames ?? []), value]),
  },
  {
    group: 'Files',
    name: 'file-only',
    help: 'as in websockify: never list a directory, which this bridge never does',
    set: () => {},
  },
  {
    group: 'Limits',
    name: 'heartbeat',
    value: 'SECONDS',
    help: 'ping each client this often and drop it when it does not answer (default 25, 0 turns it off)',
    set: ({ bridge }, value) => (bridge.heartbeat = readSeconds(value)),
  },
  {
    group: 'Limits',
    name: 'connect-timeout',
    value: 'SECONDS',
    help: 'for the target to accept (default 10)',
    set: ({ bridge }, value) => (bridge.connectTimeout = readSeconds(value)),
  },
  {
    group: 'Limits',
    name: 'read-timeout',
    value: 'SECONDS',
    help: 'drop a target that is silent for so long (default 0: never)',
    set: ({ bridge }, value) => (bridge.readTimeout = readSeconds(value)),
  },
  {
    group: 'Limits',
    name: 'send-timeout',
    value: 'SECONDS',
    help: 'drop a target that takes nothing for so long (default 300, 0: never)',
    set: ({ bridge }, value) => (bridge.sendTimeout = readSeconds(value)),
  },
  {
    group: 'Limits',
    name: 'max-connections',
    value: 'N',
    help: 'connections at the same time; more get 503 (default 10000, 0: no limit)',
    set: ({ bridge }, value) => (bridge.maxConnections = readInteger(value)),
  },
  {
    group: 'Limits',
    name: 'max-connections-per-address',
    value: 'N',
    help: 'connections from one address, or one IPv6 /64; more get 429 (default 2000, 0: no limit)',
    set: ({ bridge }, value) => (bridge.maxConnectionsPerAddress = readInteger(value)),
  },
  {
    group: 'Limits',
    name: 'max-payload',
    value: 'BYTES',
    help: 'the largest message from a client (default 1048576)',
    set: ({ bridge }, value) => (bridge.maxPayload = readInteger(value)),
  },
  {
    group: 'Limits',
    name: 'max-fragments',
    value: 'N',
    help: 'fragments in one message (default 128)',
    set: ({ bridge }, value) => (bridge.maxFragments = readInteger(value)),
  },
  {
    group: 'Limits',
    name: 'max-frame',
    value: 'BYTES',
    help: 'the largest message to a client (default 1048576)',
    set: ({ bridge }, value) => (bridge.maxFrame = readInteger(value)),
  },
  {
    group: 'Running',
    name: 'run-once',
    help: 'stop listening at the first WebSocket and exit with it',
    set: ({ bridge }) => (bridge.runOnce = true),
  },
  {
    group: 'Running',
    name: 'timeout',
    value: 'SECONDS',
    key: 'listenTimeout',
    help: 'stop listening after so long, and exit with the last WebSocket then',
    set: ({ bridge }, value) => (bridge.listenTimeout = readSeconds(value)),
  },
  {
    group: 'Running',
    name: 'idle-timeout',
    value: 'SECONDS',
    help: 'exit after so long without WebSockets',
    set: ({ bridge }, value) => (bridge.idleTimeout = readSeconds(value)),
  },
  {
    group: 'Running',
    name: 'drain',
    value: 'SECONDS',
    help: 'how long WebSockets may go on after SIGTERM, which ends the listening at once (default 5); SIGINT ends all at once',
    set: (given, value) => (given.drain = readSeconds(value)),
  },
  {
    group: 'Log',
    name: 'verbose',
    short: 'v',
    help: 'log a line for each connection event',
    set: (given) => (given.verbose = true),
  },
  {
    group: 'Log',
    name: 'traffic',
    help: 'show each frame: } from client, > to target, { from target, < to client; with . when it waits',
    set: (given) => (given.traffic = true),
  },
  {
    group: 'Log',
    name: 'log-file',
    value: 'FILE',
    help: 'log to FILE (implies -v); SIGHUP and SIGUSR1 open it anew',
    set: (given, value) => (given.logFile = value),
  },
  {
    group: 'Log',
    name: 'log-json',
    help: 'log JSON, one line an event (implies -v)',
    set: (given) => (given.logJson = true),
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
  if (!/^[0-7]{3,4}$/.test(text)) throw new RangeError('expected a file mode as 0660');
  return Number.parseInt(text, 8) & 0o777;
}

function readVersion(text: string): TlsOptions['minVersion'] {
  if (!Object.hasOwn(VERSIONS, text)) {
    throw new RangeError(`expected one of ${Object.keys(VERSIONS).join(', ')}`);
  }
  return VERSIONS[text as keyof typeof VERSIONS];
}
