/**
 * Logs to syslog: RFC 5424 or the older RFC 3164 over UDP, and whatever the socket of this machine speaks, by the system's
 * `logger`, since Node has no datagrams for unix sockets.
 */
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import type { LogSink } from './log-file.js';

const NAME = 'websock-bridge';
/** Facility daemon, severities err and info. */
const [ERROR, INFO] = [3 * 8 + 3, 3 * 8 + 6];
/** Bytes that may wait for it; what comes while there are more is lost. */
const MAX_WAITING = 1024 * 1024;
/** The socket that speaks the system's own dialect. */
const SYSTEM = '/dev/log';

/** Where syslog is, and how it is spoken to. */
export interface Syslog {
  /** A unix socket (a path), or `host:port`. */
  readonly to: string | { readonly host: string; readonly port: number };
  /** Whether by RFC 3164. */
  readonly isLegacy: boolean;
}

/** Opens a log. Rejects with a RangeError when it can't be used. */
export function openSyslog({ to, isLegacy }: Syslog): Promise<LogSink> {
  if (typeof to === 'string') return openUnix(to, isLegacy);
  return openUdp(to.host, to.port, isLegacy ? formatLegacy : format);
}

async function openUnix(path: string, isLegacy: boolean): Promise<LogSink> {
  const fail = (reason: string) => new RangeError(`Cannot use --syslog "${path}": ${reason}`);
  if (!statSync(path, { throwIfNoEntry: false })?.isSocket()) throw fail('it is not a socket');
  const dialect = path === SYSTEM ? [] : [isLegacy ? '--rfc3164' : '--rfc5424'];
  const args = [
    '--socket',
    path,
    '--tag',
    NAME,
    `--id=${process.pid}`,
    '--prio-prefix',
    ...dialect,
  ];
  const child = spawn('logger', args, { stdio: ['pipe', 'ignore', 'ignore'] });
  // It may go away, the bridge stays.
  child.stdin.on('error', () => {});
  await once(child, 'spawn').catch(() => {
    throw fail('the command logger is not installed');
  });
  return {
    write: (text) => {
      if (child.stdin.writableLength < MAX_WAITING) {
        child.stdin.write(`<${priorityOf(text)}>${text}`);
      }
    },
    reopen: () => {},
    close: () => child.stdin.end(),
  };
}

async function openUdp(host: string, port: number, write: typeof format): Promise<LogSink> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  socket.on('error', () => {});
  return {
    write: (text) => socket.send(write(text), port, host, () => {}),
    reopen: () => {},
    // Behind what is being sent.
    close: () => void socket.send('', port, host, () => socket.close()),
  };
}

/** One line as a message (RFC 5424 section 6), without structured data. */
function format(text: string): string {
  const time = new Date().toISOString();
  const host = hostname().replace(/[^\x21-\x7e]/g, '') || '-';
  return `<${priorityOf(text)}>1 ${time} ${host} ${NAME} ${process.pid} - - ${text.trimEnd()}`;
}

/** One line as a message of RFC 3164 (section 4.1), with the time of this machine. */
function formatLegacy(text: string): string {
  const [, month = '', day = '', , time = ''] = new Date().toString().split(' ');
  const [host = ''] = hostname().split('.');
  const date = `${month} ${day.replace(/^0/, ' ')} ${time}`;
  return `<${priorityOf(text)}>${date} ${host} ${NAME}[${process.pid}]: ${text.trimEnd()}`;
}

function priorityOf(text: string): number {
  return /^(?:error: |websock-bridge: |\{"time":"[^"]*","event":"error")/.test(text) ? ERROR : INFO;
}
