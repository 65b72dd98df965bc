/**
 * Version 2 of the PROXY protocol: a signature, command, family and length, the addresses, and further fields (TLVs).
 */
import type { Address } from '../../base/address.js';
import type { NoHeader, ProxyHeader } from './contracts.js';

/** The signature and the four bytes after it. */
const FIXED_LENGTH = 16;

const VERSION = 2;
const LOCAL = 0;
const PROXY = 1;
/** The only type of TLV that is read. */
const SSL = 0x20;
/** The bit in the SSL TLV that says that the client speaks TLS. */
const CLIENT_SSL = 0x01;
/** The length of the SSL TLV without the TLVs inside it: the bits (1 byte) and the result of the verification (4). */
const SSL_LENGTH = 5;

/** The address families, and how many bytes two addresses of each take with their ports. */
const UNSPECIFIED = 0;
const INET = 1;
const INET6 = 2;
const UNIX = 3;
const LENGTHS = [0, 12, 36, 216];
const STREAM = 1;
const DATAGRAM = 2;

/** Reads a header that begins with the signature. */
export function readV2(bytes: Buffer): ProxyHeader | NoHeader {
  if (bytes.length < FIXED_LENGTH) return 'incomplete';
  const [version, command] = nibbles(bytes[12]);
  const [family, transport] = nibbles(bytes[13]);
  if (version !== VERSION || command > PROXY || family > UNIX || transport > DATAGRAM) {
    return 'invalid';
  }
  const length = FIXED_LENGTH + bytes.readUInt16BE(14);
  if (bytes.length < length) return 'incomplete';
  const body = bytes.subarray(FIXED_LENGTH, length);
  // The proxy's own connection, such as a health check: its addresses must be ignored.
  if (command === LOCAL) return { length, isTls: false };
  const size = LENGTHS[family] ?? 0;
  const isTls = size <= body.length ? readIsTls(body.subarray(size)) : undefined;
  if (isTls === undefined) return 'invalid';
  if (family === UNSPECIFIED || family === UNIX || transport !== STREAM) return { length, isTls };
  return { length, ...readAddresses(body, family), isTls };
}

function readAddresses(body: Buffer, family: number): Pick<ProxyHeader, 'source' | 'destination'> {
  const size = family === INET6 ? 16 : 4;
  const end = (index: number): Address => ({
    host: (family === INET ? formatIPv4 : formatIPv6)(
      body.subarray(index * size).subarray(0, size),
    ),
    port: body.readUInt16BE(2 * size + 2 * index),
  });
  return { source: end(0), destination: end(1) };
}

/** Whether a TLV says that the client speaks TLS; undefined if the TLVs are malformed. */
function readIsTls(fields: Buffer): boolean | undefined {
  let isTls = false;
  let at = 0;
  while (at < fields.length) {
    if (fields.length - at < 3) return undefined;
    const start = at + 3;
    at = start + fields.readUInt16BE(at + 1);
    if (at > fields.length) return undefined;
    if (fields[start - 3] !== SSL) continue;
    if (at - start < SSL_LENGTH) return undefined;
    isTls = ((fields[start] ?? 0) & CLIENT_SSL) !== 0;
  }
  return isTls;
}

function formatIPv4(bytes: Buffer): string {
  return [...bytes].join('.');
}

/** The shortest form (RFC 5952), except for IPv4-mapped addresses, which are written as Node writes them. */
function formatIPv6(bytes: Buffer): string {
  const isMapped = bytes.readBigUInt64BE(0) === 0n && bytes.readUInt32BE(8) === 0xffff;
  if (isMapped) return `::ffff:${formatIPv4(bytes.subarray(12))}`;
  const groups = Array.from({ length: 8 }, (_, index) =>
    bytes.readUInt16BE(2 * index).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

function nibbles(byte = 0): [high: number, low: number] {
  return [byte >> 4, byte & 0xf];
}
