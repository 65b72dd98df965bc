/**
 * Who may talk to the bridge, decided from the request's headers alone. `Host` stops DNS rebinding
 * (a stranger's name that points at this machine), `Origin` stops the pages of other sites.
 */
import { isIP } from 'node:net';
import { parseOrigin } from '../base/origin.js';
import type { Refusal } from '../base/refusal.js';

/** Header values by lower-case name, as `IncomingMessage.headersDistinct` has them. */
export type HeaderValues = NodeJS.Dict<string[]>;

/**
 * Refuses a `Host` that is neither localhost, nor an IP literal, nor one of `allowed` (lower case, without port).
 * Names under `.localhost` pass: the top-level name is reserved (RFC 6761), so no stranger can own one.
 */
export function judgeHost(
  headers: HeaderValues,
  allowed: ReadonlySet<string>,
): Refusal | undefined {
  const [host, ...more] = headers['host'] ?? [];
  const match = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::\d{1,5})?$/i.exec(host ?? '');
  const name = (match?.[1] ?? match?.[2])?.toLowerCase();
  if (name === undefined || more.length > 0) {
    return { status: 400, message: 'Expected one valid Host header.' };
  }
  const known = /^(?:.+\.)?localhost$/.test(name) || isIP(name) !== 0 || isAllowed(name, allowed);
  return known
    ? undefined
    : { status: 403, message: 'This host name is not allowed here (--allow-host).' };
}

/**
 * Refuses the pages of other origins, `null` among them, unless they are in `allowed` (as `parseOrigin` writes them).
 * No `Origin` at all means no browser, and passes. The page's own origin is `Host`, over TLS as `https:`, without it
 * under either scheme: behind a proxy that ends TLS, an `https:` page arrives here as plain HTTP.
 */
export function judgeOrigin(
  headers: HeaderValues,
  allowed: ReadonlySet<string>,
  isTls: boolean,
): Refusal | undefined {
  const { origin: origins, host: hosts } = headers;
  if (!origins) return undefined;
  const origin = origins.length === 1 ? parseOrigin(origins[0]) : undefined;
  if (origin !== undefined) {
    const scheme = (isTls ? /^https:/ : /^https?:/).exec(origin)?.[0];
    if (scheme && origin === parseOrigin(`${scheme}//${hosts?.[0]}`)) return undefined;
    if (allowed.has(origin)) return undefined;
  }
  return { status: 403, message: 'Pages of this origin are not allowed here (--allow-origin).' };
}

/** Whether a name is allowed as it is, or by a `*` in place of its first label. */
function isAllowed(name: string, allowed: ReadonlySet<string>): boolean {
  return allowed.has(name) || allowed.has(name.replace(/^[^.]+/, '*'));
}
