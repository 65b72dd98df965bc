/**
 * The command line of `websock-cat`.
 */
import { parseArgs } from 'node:util';

/** What the command line asks the command to do. */
export type Command = { readonly action: 'help' | 'version' } | Connect;

/** A connection to make. */
export interface Connect {
  readonly action: 'connect';
  readonly url: string;
  /** The subprotocol to offer, '' for none. */
  readonly protocol: string;
  /** How long the server may be silent after the end of the input, in ms. */
  readonly quiet: number;
  readonly verbose: boolean;
}

const PROTOCOL = 'binary';
const QUIET = 5_000;
/** The longest delay of a timer, in seconds. */
const MAX_QUIET = 2_147_483;

export const HELP = `\
Usage:
  websock-cat [options] URL

Opens a WebSocket, sends it standard input, and writes what it receives to
standard output. Once the input has ended, it waits until the server closes the
connection or has been silent for a while.

Examples:
  printf 'QUIT\\r\\n' | websock-cat wss://mail.example/smtp
  websock-cat -v -q 0 wss://desk.example/ </dev/null
      is the bridge up?
  ssh -o ProxyCommand='websock-cat wss://desk.example/ssh' desk

Options:
  -q, --quiet-time SECONDS  once the input has ended, close when the server has
                            been silent for this long (default 5)
  -p, --protocol NAME       offer this subprotocol (default binary, '' for none)
  -v, --verbose             report on standard error how the connection went
  -h, --help                show this help
  -V, --version             show the version

The URL may have a user name and password: wss://user:password@desk.example/.
NODE_EXTRA_CA_CERTS=FILE adds certificate authorities, in PEM.

Exit codes: 0 the server or the end of the input closed the connection; 1 the
connection failed; 2 invalid arguments; 3 the connection was lost.
`;

const OPTIONS = {
  'quiet-time': { type: 'string', short: 'q' },
  protocol: { type: 'string', short: 'p' },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'V' },
} as const;

/** Reads the arguments after the command's name. Throws a RangeError or a TypeError for invalid ones. */
export function parseArguments(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  if (values.help) return { action: 'help' };
  if (values.version) return { action: 'version' };
  const [url = ''] = positionals;
  if (positionals.length !== 1) {
    throw new RangeError(`Cannot connect: expected one URL, got ${positionals.length} arguments`);
  }
  return {
    action: 'connect',
    url: readUrl(url),
    protocol: values.protocol ?? PROTOCOL,
    quiet: readQuietTime(values['quiet-time']),
    verbose: values.verbose ?? false,
  };
}

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The message leaves out the text, which may contain a password.
  if (!url || !['ws:', 'wss:'].includes(url.protocol) || url.hash !== '') {
    throw new RangeError('Cannot connect: expected a URL such as wss://host/path, without #');
  }
  return url.href;
}

function readQuietTime(text: string | undefined): number {
  if (text === undefined) return QUIET;
  if (!/^\d+(?:\.\d+)?$/.test(text) || Number(text) > MAX_QUIET) {
    const rule = `expected a number of seconds, ${MAX_QUIET} at most`;
    throw new RangeError(`Cannot use --quiet-time ${JSON.stringify(text)}: ${rule}`);
  }
  return Math.ceil(Number(text) * 1000);
}
