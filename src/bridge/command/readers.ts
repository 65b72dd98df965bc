/** Readers of option values. Each throws a RangeError with the rule: `expected ...`. */
import { availableParallelism } from 'node:os';
import { type Address, parseTarget } from '../base/address.js';
import { MAX_TIMER } from '../process/life.js';

const VERSIONS = {
  default: 'TLSv1.2',
  tlsv1_1: 'TLSv1.1',
  tlsv1_2: 'TLSv1.2',
  tlsv1_3: 'TLSv1.3',
} as const;

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

/** More processes would only get in each other's way. */
const MAX_WORKERS = 256;

/** Reads how many processes serve connections: a number, or `auto` for one for each processor. */
export function readWorkers(text: string): number {
  if (text === 'auto') return availableParallelism();
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > MAX_WORKERS) {
    throw new RangeError(`expected auto, or a number from 1 to ${MAX_WORKERS}`);
  }
  return count;
}

/** Reads the mode of a file, in octal. */
export function readMode(text: string): number {
  if (!/^[0-7]{3,4}$/.test(text)) throw new RangeError('expected a file mode such as 0660');
  return Number.parseInt(text, 8) & 0o777;
}

/** Reads a version of TLS. */
export function readVersion(text: string): (typeof VERSIONS)[keyof typeof VERSIONS] {
  if (!Object.hasOwn(VERSIONS, text)) {
    throw new RangeError(`expected one of ${Object.keys(VERSIONS).join(', ')}`);
  }
  return VERSIONS[text as keyof typeof VERSIONS];
}

/** Reads a version of the PROXY protocol. */
export function readProxyVersion(text: string): 'v1' | 'v2' {
  if (text !== 'v1' && text !== 'v2') throw new RangeError('expected v1 or v2');
  return text;
}

const SYSLOG_PORT = 514;

/** Reads where syslog is: the path of a unix socket, or `host[:port]`. */
export function readSyslog(text: string): string | Address {
  if (text.startsWith('/')) return text;
  return parseTarget(/:\d+$/.test(text) ? text : `${text}:${SYSLOG_PORT}`);
}
