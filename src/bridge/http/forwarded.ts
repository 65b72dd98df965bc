/**
 * The client's address in the headers of a trusted proxy: `Forwarded` (RFC 7239) or `X-Forwarded-For`. Each proxy
 * appends the address that connected to it, so the client is the last address that is not a trusted proxy's; anything
 * before it is only the client's claim.
 */
import { isIP } from 'node:net';
import type { Address } from '../base/address.js';
import { type Peer, peerBehind } from '../base/peer.js';
import type { Refusal } from '../base/refusal.js';
import type { HeaderFields } from '../base/request.js';
import type { TrustedProxies } from '../base/trusted-proxies.js';

const MALFORMED: Refusal = {
  status: 400,
  message: 'Expected valid Forwarded and X-Forwarded-For headers that name the same client.',
};

/** Finds the client behind a request from `peer`. Returns a refusal when a trusted proxy's headers can't be read. */
export function findClient(
  fields: HeaderFields,
  peer: Peer,
  trusted: TrustedProxies,
): Peer | Refusal {
  if (!trusted.trusts(peer.address)) return peer;
  const chains = [
    readForwarded(fields.all('forwarded').join()),
    fields.list('x-forwarded-for').filter(Boolean),
  ].filter((chain) => chain?.length !== 0);
  if (chains.length === 0) return peer;
  const clients = chains.map((chain) => chain && walk(chain, trusted));
  const [client] = clients;
  // A proxy sets one of the two headers. The client may have sent the other, to choose its own address.
  if (!client || clients.some((each) => each?.host !== client.host)) return MALFORMED;
  return client.host === UNKNOWN ? peer : peerBehind(peer, client.host, client.port);
}

const UNKNOWN = 'unknown';

/** Follows the addresses back to the first that is not trusted. Undefined when an entry on the way is not an address. */
function walk(chain: readonly string[], trusted: TrustedProxies): Address | undefined {
  for (let i = chain.length - 1; i >= 0; i -= 1) {
    const node = readNode(chain[i] ?? '');
    if (i === 0 || !node || node.host === UNKNOWN || !trusted.trusts(node.host)) return node;
  }
  return undefined;
}

/** Reads an address, perhaps with a port, or a proxy's `unknown` or obfuscated identifier (RFC 7239 section 6). */
function readNode(text: string): Address | undefined {
  if (/^(?:unknown|_[\w.-]+)(?::.*)?$/i.test(text)) return { host: UNKNOWN, port: 0 };
  if (isIP(text) && !text.includes('%')) return { host: text, port: 0 };
  const [, v6, v4, port = '0'] =
    /^(?:\[([\da-f:.]+)\]|([\d.]+))(?::(\d{1,5}|_[\w.-]+))?$/i.exec(text) ?? [];
  const host = v6 ?? v4 ?? '';
  if (isIP(host) !== (v6 === undefined ? 4 : 6)) return undefined;
  const number = Number(port);
  return { host, port: number <= 65_535 ? number : 0 };
}

/** One parameter of `Forwarded` and its separator; sticky, so that each match begins where the last one ended. */
const PARAMETER =
  /[ \t]*(?:([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~-]+)|"((?:[^"\\]|\\.)*)"))?[ \t]*([;,]|$)/y;

/** The `for` of each element, `unknown` where it is missing. Undefined when the header is malformed. */
function readForwarded(value: string): string[] | undefined {
  const nodes: string[] = [];
  let element = new Map<string, string>();
  for (let at = 0; at < value.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const [all, name, token, quoted = '', separator] = PARAMETER.exec(value) ?? [];
    if (all === undefined) return undefined;
    if (name !== undefined) {
      const key = name.toLowerCase();
      if (element.has(key)) return undefined;
      element.set(key, token ?? quoted.replace(/\\(.)/g, '$1'));
    }
    if (separator === ';' && PARAMETER.lastIndex < value.length) continue;
    if (element.size > 0) nodes.push(element.get('for') ?? UNKNOWN);
    element = new Map();
  }
  return nodes;
}
