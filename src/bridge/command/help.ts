/**
 * The text of `--help`, for a screen of 80 columns.
 */
import { hint } from './hint.js';
import type { Option, OptionGroup } from './option.js';
import { GROUPS } from './options/index.js';

const COLUMN = 27;
const WIDTH = 79;

const USAGE = `\
Usage:
  websock-bridge [options] [SOURCE_HOST:]SOURCE_PORT TARGET_HOST:TARGET_PORT
  websock-bridge [options] [SOURCE_HOST:]SOURCE_PORT -- COMMAND [ARGUMENT...]
  websock-bridge [options] replay FILE [SOURCE_HOST:]SOURCE_PORT

Forwards bytes between WebSocket connections and a TCP port; or runs a program,
takes over its port, and forwards to the program; or plays a recorded session
to each client, as the server did.

Examples:
  websock-bridge 6080 localhost:5900
      serve browsers on this machine
  websock-bridge :6080 localhost:5900 --web /usr/share/novnc \\
      --cert cert.pem --key key.pem --allow-host desk.example
      serve everyone, over TLS, together with the page
  websock-bridge :6080 --token-plugin TokenFile --token-source tokens
      each client chooses its target with a token
  websock-bridge 5901 --wrap-mode ignore -- vncserver :1
      run a VNC server, and take its place on its port

  source   6080 (this machine only), 192.0.2.1:6080, [2001:db8::1]:6080,
           or :6080 (every interface); port 0 takes any free port; omit it
           with --listen or --unix-listen
  target   localhost:5900, [::1]:5900; omit it with --unix-target,
           --token-plugin, --target-config, --sign-key or --relay-v4

Every option, and the target, can also be set in the environment, such as
WEBSOCK_BRIDGE_ALLOW_HOST="one.example two.example", or in a file (--config):

  target = "localhost:5900"
  listen = [":6080"]
  cert = "cert.pem"
  ssl-only = true
  auth-plugin = "BasicHTTPAuth"
  auth-source = { file = "/run/secrets/password" }

The command line takes precedence over the environment, and the environment
over the file. SIGHUP rereads all of it, tokens and certificates included, for
new connections; where the bridge listens and logs does not change.

Options have websockify's names. The differences: a port alone listens on
127.0.0.1 (use :6080 to accept connections from other machines); host names
other than localhost need --allow-host, and pages from other sites need
--allow-origin; --ssl-target checks the target's certificate.

For one group of options: websock-bridge --help GROUP, where GROUP is one of
${wrap(GROUPS.map(({ name }) => name).join(', '), WIDTH).join('\n')}.
`;

/** The whole of `--help`, or one group of options. Throws a RangeError for an unknown group. */
export function helpText(group?: string): string {
  if (group === undefined) return [USAGE, ...GROUPS.map(describeGroup)].join('\n');
  const found = GROUPS.find(({ name }) => name === group.toLowerCase());
  if (found) return describeGroup(found);
  const names = GROUPS.map(({ name }) => name);
  const near = hint(group, names);
  throw new RangeError(
    `Cannot show help on ${JSON.stringify(group)}: expected one of ${names.join(', ')}${near}`,
  );
}

function describeGroup({ title, options }: OptionGroup): string {
  return `${title}:\n${options.map(describe).join('')}`;
}

function describe({ name, short, value, help }: Option): string {
  const flags = `  ${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
  const lines = wrap(help, WIDTH - COLUMN);
  // Flags too long for their column get a line of their own.
  const first =
    flags.length + 2 > COLUMN ? `${flags}\n${' '.repeat(COLUMN)}` : flags.padEnd(COLUMN);
  return `${first}${lines.join(`\n${' '.repeat(COLUMN)}`)}\n`;
}

/** Breaks a text into lines. */
function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trim();
    if (line.length <= width) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}
