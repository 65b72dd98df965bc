/**
 * The header that tells a target which client a connection is for: the PROXY protocol, version 1 or 2, as HAProxy's
 * proxy-protocol.txt describes it.
 */
import { isIPv4, isIPv6 } from 'node:net';
import type { Address } from '../base/address.js';
import { hextetsOf } from '../base/networks.js';
import type { Peer } from '../base/peer.js';
import { PROXY_SIGNATURE } from '../base/proxy-signature.js';

/** A version of the PROXY protocol. */
export type ProxyVersion = 'v1' | 'v2';

/** Version 2, and the commands. LOCAL stands for no address: HAProxy and Apache refuse PROXY without one. */
const LOCAL = 0x20;
const PROXY = 0x21;
const UNSPECIFIED = 0x00;
const TCP4 = 0x11;
const TCP6 = 0x21;

/** The header for a client. For a client without an address, such as one on a unix socket, it contains none. */
export function encodeProxyHeader(version: ProxyVersion, { address, port, local }: Peer): Buffer {
  const known = address !== undefined && local !== undefined;
  const ends = known
    ? alike({ host: withoutZone(address), port }, { ...local, host: withoutZone(local.host) })
    : [];
  return version === 'v1' ? encodeV1(ends) : encodeV2(ends);
}

function encodeV1(ends: readonly Address[]): Buffer {
  const [source, destination] = ends;
  if (!source || !destination) return Buffer.from('PROXY UNKNOWN\r\n');
  const family = isIPv4(source.host) ? 'TCP4' : 'TCP6';
  const words = [family, source.host, destination.host, source.port, destination.port];
  return Buffer.from(`PROXY ${words.join(' ')}\r\n`);
}

function encodeV2(ends: readonly Address[]): Buffer {
  const [source] = ends;
  const family = !source ? UNSPECIFIED : isIPv4(source.host) ? TCP4 : TCP6;
  const ports = Buffer.alloc(2 * ends.length);
  for (const [index, { port }] of ends.entries()) ports.writeUInt16BE(port, 2 * index);
  const body = Buffer.concat([...ends.map(({ host }) => bytesOf(host)), ports]);
  const command = source ? PROXY : LOCAL;
  const fixed = Buffer.from([command, family, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([PROXY_SIGNATURE, fixed, body]);
}

/** Brings both ends into one family: beside an IPv6 address, an IPv4 address is mapped (RFC 4291 section 2.5.5.2). */
function alike(...ends: readonly Address[]): readonly Address[] {
  const hosts = ends.map(({ host }) => /^::ffff:([\d.]+)$/i.exec(host)?.[1] ?? host);
  const isAll4 = hosts.every(isIPv4);
  return ends.map(({ port }, index) => {
    const host = hosts[index] ?? '';
    return { host: isAll4 || isIPv6(host) ? host : `::ffff:${host}`, port };
  });
}

/** Removes the zone, which means something only on this machine. */
function withoutZone(host: string): string {
  return host.replace(/%.*$/, '');
}

function bytesOf(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  const bytes = Buffer.alloc(16);
  for (const [index, group] of hextetsOf(address).entries()) bytes.writeUInt16BE(group, 2 * index);
  return bytes;
}
