/**
 * The command line of `websock-bridge`: what it accepts, and the help that says so.
 */
import { parseArgs } from 'node:util';
import { type Address, parseSource, parseTarget } from './address.js';
import type { BridgeOptions } from './options.js';

export const HELP = `\
Usage:
  websock-bridge [options] [SOURCE_HOST:]SOURCE_PORT TARGET_HOST:TARGET_PORT

Carries the bytes of WebSocket connections to a TCP port, and its bytes back.

  source   6080 (reached from this machine only), 192.0.2.1:6080,
           [2001:db8::1]:6080, or :6080 (every interface); port 0 takes any
           free port
  target   localhost:5900, [::1]:5900

The one difference to websockify: a port alone listens on 127.0.0.1. Write
:6080 to be reached from other machines.

Options:
  --web DIR              serve the files in DIR on the same port
  --allow-origin ORIGIN  let pages of this origin connect, as in
                         https://app.example (repeatable); otherwise only
                         pages of the bridge's own host and port may
  --allow-host NAME      let clients call this host NAME (repeatable);
                         localhost and IP addresses always pass
  --heartbeat SECONDS    ping each client this often and drop it when it does
                         not answer (default 25, 0 turns it off)
  -v, --verbose          log a line for each connection event
  -h, --help             show this help
  -V, --version          show the version
`;

/** What the command line asks for. */
export type Command =
  | { readonly action: 'help' | 'version' }
  | {
      readonly action: 'run';
      readonly source: Address;
      readonly options: BridgeOptions;
      readonly verbose: boolean;
    };

/** Reads the arguments that follow the command's name. Throws a RangeError or TypeError for bad ones. */
export function parseArguments(args: readonly string[]): Command {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      web: { type: 'string' },
      'allow-origin': { type: 'string', multiple: true },
      'allow-host': { type: 'string', multiple: true },
      heartbeat: { type: 'string' },
      verbose: { type: 'boolean', short: 'v' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'V' },
    },
  });
  if (values.help) return { action: 'help' };
  if (values.version) return { action: 'version' };

  const [source, target, ...more] = positionals;
  if (source === undefined || target === undefined || more.length > 0) {
    const given = positionals.length;
    throw new RangeError(
      `Cannot start: expected a source and a target, got ${given} argument${given === 1 ? '' : 's'}`,
    );
  }
  return {
    action: 'run',
    source: parseSource(source),
    verbose: values.verbose ?? false,
    options: {
      target: parseTarget(target),
      web: values.web,
      allowOrigins: values['allow-origin'],
      allowHosts: values['allow-host'],
      heartbeat: values.heartbeat === undefined ? undefined : parseSeconds(values.heartbeat),
    },
  };
}

/** Seconds as written, in whole ms. */
function parseSeconds(text: string): number {
  if (!/^\d+(?:\.\d+)?$/.test(text)) {
    throw new RangeError(`Cannot use a heartbeat of "${text}": expected a number of seconds`);
  }
  return Math.ceil(Number(text) * 1000);
}
