/**
 * Version 1 of the PROXY protocol: `PROXY TCP4 SOURCE DESTINATION SOURCE_PORT DESTINATION_PORT` and CRLF.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { NoHeader, ProxyHeader } from './contracts.js';

/** The longest line in bytes, including its CRLF. */
const MAX_LENGTH = 107;
const CR = 0x0d;

/** Reads a header that begins with `PROXY `. */
export function readV1(bytes: Buffer): ProxyHeader | NoHeader {
  const end = bytes.subarray(0, MAX_LENGTH).indexOf('\r\n');
  if (end === -1) {
    const isLong = bytes.length >= MAX_LENGTH;
    // A CR that is not the last byte was not followed by LF, so it can't end the line.
    const cr = bytes.indexOf(CR);
    return isLong || (cr !== -1 && cr < bytes.length - 1) ? 'invalid' : 'incomplete';
  }
  const line = bytes.toString('latin1', 0, end);
  const length = end + 2;
  if (line.includes('\r')) return 'invalid';
  // The protocol says to ignore what follows UNKNOWN.
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { length, isTls: false };
  const [, family, from = '', to = '', ...ports] = line.split(' ');
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isPlainIPv6 : () => false;
  const [fromPort = '', toPort = ''] = ports;
  const isGood = isAddress(from) && isAddress(to) && ports.length === 2 && ports.every(isPort);
  if (!isGood) return 'invalid';
  return {
    length,
    source: { host: from, port: Number(fromPort) },
    destination: { host: to, port: Number(toPort) },
    isTls: false,
  };
}

/** Whether this is an IPv6 address without a zone: a zone has a meaning on one machine only. */
function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%');
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}
