/**
 * Where the bridge listens: at the source argument, or at what options and the environment give in its place.
 */
import { lookup } from 'node:dns/promises';
import { type Address, parseSource } from '../base/address.js';
import type { InheritedSource } from '../base/inherited.js';
import type { Source } from '../base/source.js';
import { socketsOfSystemd } from '../process/inherited.js';
import type { Given } from './option.js';
import { readPost } from './workers/post.js';

/** A socket that was handed over, and its name in the systemd unit. */
type NamedSource = InheritedSource & { readonly name: string };

/** The sockets that systemd has handed over. */
export interface HandedOver {
  readonly sources: readonly NamedSource[];
  /** The socket for metrics. */
  readonly metrics: InheritedSource | undefined;
}

/** Finds the sockets that were handed over. A worker does not use them, but which arguments it expects depends on them. */
export function findHandedOver(environment: NodeJS.ProcessEnv): HandedOver {
  const sockets = socketsOfSystemd(environment, readPost()?.main);
  const metrics = sockets.find(({ name }) => name === 'metrics');
  const others = sockets.filter((each) => each !== metrics);
  return { sources: others, metrics };
}

/** Whether a source is given other than by an argument. */
export function hasSource(
  { inetd, listen, unixListen }: Given,
  { sources }: Pick<HandedOver, 'sources'>,
): boolean {
  return (inetd ?? false) || sources.length > 0 || listen !== undefined || unixListen !== undefined;
}

/** Reads the sources; `argument` is the source argument, if any. Rejects with a RangeError for one that can't be used. */
export async function readSources(
  { inetd, listen = [], unixListen = [], unixListenMode: mode, ipv6 }: Partial<Given>,
  argument: string | undefined,
  handedOver: Pick<HandedOver, 'sources'>,
): Promise<Source[]> {
  if (mode !== undefined && unixListen.length === 0) {
    throw new RangeError('Cannot use --unix-listen-mode: expected --unix-listen as well');
  }
  const texts = argument === undefined ? listen : [argument];
  const addresses = await Promise.all(texts.map((text) => readAddress(text, ipv6)));
  const sockets = unixListen.map((path) => ({ path, mode }));
  const inherited = handedOver.sources.map(({ fd }) => ({ fd }));
  const sources = [...inherited, ...addresses, ...sockets];
  if (inetd && sources.length > 0) {
    throw new RangeError('Cannot use --inetd together with other sources');
  }
  return sources;
}

async function readAddress(text: string, ipv6: boolean | undefined): Promise<Address> {
  const { host, port } = parseSource(text);
  if (!ipv6) return { host, port };
  if (host === '') return { host: '::', port };
  if (!text.includes(':')) return { host: '::1', port };
  const found = await lookup(host, { family: 6 }).catch(() => undefined);
  if (!found) throw new RangeError(`Cannot use --prefer-ipv6: ${host} has no IPv6 address`);
  return { host: found.address, port };
}
