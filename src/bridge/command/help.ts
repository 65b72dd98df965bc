/**
 * What `--help` says, for a screen of 80 columns.
 */
import { GROUPS, OPTIONS, type Option } from './command-options.js';

const USAGE = `\
Usage:
  websock-bridge [options] [SOURCE_HOST:]SOURCE_PORT TARGET_HOST:TARGET_PORT

Carries the bytes of WebSocket connections to a TCP port, and its bytes back.

Examples:
  websock-bridge 6080 localhost:5900
      for browsers on this machine
  websock-bridge :6080 localhost:5900 --web /usr/share/novnc \\
      --cert cert.pem --key key.pem --allow-host desk.example
      for everybody, over TLS, with the page
  websock-bridge :6080 --token-plugin TokenFile --token-source tokens
      each client brings the token of its target

  source   6080 (reached from this machine only), 192.0.2.1:6080,
           [2001:db8::1]:6080, or :6080 (every interface); port 0 takes any
           free port; none with --unix-listen
  target   localhost:5900, [::1]:5900; none with --unix-target,
           --token-plugin, --target-config or --sign-key

Options have websockify's names. What differs: a port alone listens on
127.0.0.1 (write :6080 to be reached from other machines); a host name other
than localhost is let in by --allow-host, and pages of other sites by
--allow-origin; --ssl-target checks the target's certificate.
`;

/** The whole of `--help`. */
export function helpText(): string {
  return [USAGE, ...GROUPS.map(describeGroup)].join('\n');
}

function describeGroup(group: string): string {
  const rows = OPTIONS.filter((option) => option.group === group).map(describe);
  return `${group}:\n${rows.join('')}`;
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
