/**
 * What `--help` says, for a screen of 80 columns.
 */
import type { Option, OptionGroup } from './option.js';
import { GROUPS } from './options/index.js';

const USAGE = `\
Usage:
  websock-bridge [options] [SOURCE_HOST:]SOURCE_PORT TARGET_HOST:TARGET_PORT

Forwards bytes between WebSocket connections and a TCP port.

Examples:
  websock-bridge 6080 localhost:5900
      serve browsers on this machine
  websock-bridge :6080 localhost:5900 --web /usr/share/novnc \\
      --cert cert.pem --key key.pem --allow-host desk.example
      serve everyone, over TLS, together with the page
  websock-bridge :6080 --token-plugin TokenFile --token-source tokens
      each client chooses its target with a token

  source   6080 (this machine only), 192.0.2.1:6080, [2001:db8::1]:6080,
           or :6080 (every interface); port 0 takes any free port; omit it
           with --listen or --unix-listen
  target   localhost:5900, [::1]:5900; omit it with --unix-target,
           --token-plugin, --target-config or --sign-key

Options have websockify's names. The differences: a port alone listens on
127.0.0.1 (use :6080 to accept connections from other machines); host names
other than localhost need --allow-host, and pages from other sites need
--allow-origin; --ssl-target checks the target's certificate.
`;

/** The whole of `--help`. */
export function helpText(): string {
  return [USAGE, ...GROUPS.map(describeGroup)].join('\n');
}

function describeGroup({ title, options }: OptionGroup): string {
  return `${title}:\n${options.map(describe).join('')}`;
}

const COLUMN = 27;
const WIDTH = 79;

function describe({ name, short, value, help }: Option): string {
  const flags = `  ${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
  const lines = [''];
  for (const word of help.split(' ')) {
    const line = `${lines.at(-1)} ${word}`.trim();
    if (line.length <= WIDTH - COLUMN) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  // Flags that reach into the column of the texts have a line of their own.
  const first =
    flags.length + 2 > COLUMN ? `${flags}\n${' '.repeat(COLUMN)}` : flags.padEnd(COLUMN);
  return `${first}${lines.join(`\n${' '.repeat(COLUMN)}`)}\n`;
}
