/**
 * Who may talk to the bridge, decided from the request's headers alone. The check of `Host` stops DNS rebinding
 * (a stranger's name that points at this machine); the check of `Origin` stops the pages of other sites.
 */
import { isIP } from 'node:net';
import { parseOrigin } from '../base/origin.js';
import type { Refusal } from '../base/refusal.js';
import type { HeaderFields, RequestHead } from '../base/request.js';

/**
 * Refuses a `Host` that is neither localhost, nor an IP literal, nor one of `allowed` (lower case, without port).
 * Names under `.localhost` pass: the top-level name is reserved (RFC 6761), so no stranger can own one.
 */
export function judgeHost(
  { hostName: name }: HeaderFields,
  allowed: ReadonlySet<string>,
): Refusal | undefined {
  if (name === undefined) return { status: 400, message: 'Expected one valid Host header.' };
  const known = /^(?:.+\.)?localhost$/.test(name) || isIP(name) !== 0 || isAllowed(name, allowed);
  return known
    ? undefined
    : { status: 403, kind: 'host', message: 'This host name is not allowed (--allow-host).' };
}

/** Redirects a request without TLS to the same URL under https, if `redirects` is set. Its `Host` must have been judged. */
export function judgeScheme(
  { fields, path, peer }: RequestHead,
  redirects: boolean,
): Refusal | undefined {
  if (!redirects || peer.isTls) return undefined;
  const Location = `https://${fields.only('host')}${path.startsWith('/') ? path : '/'}`;
  return {
    status: 308,
    message: 'Use https.',
    headers: { Location },
    detail: 'redirected to https',
  };
}

/**
 * Refuses the pages of other origins, including `null`, unless they are in `allowed` (as `parseOrigin` writes them). A
 * request without `Origin` is not from a browser, and passes. The bridge's own origin is `https:` and its `Host` over TLS.
 * Without TLS, either scheme counts: behind a proxy that terminates TLS, a request from an `https:` page arrives as plain HTTP.
 */
export function judgeOrigin(
  fields: HeaderFields,
  allowed: ReadonlySet<string>,
  isTls: boolean,
): Refusal | undefined {
  if (!fields.has('origin')) return undefined;
  const origin = parseOrigin(fields.only('origin'));
  if (origin !== undefined) {
    const scheme = (isTls ? /^https:/ : /^https?:/).exec(origin)?.[0];
    if (scheme && origin === parseOrigin(`${scheme}//${fields.only('host')}`)) return undefined;
    if (allowed.has(origin)) return undefined;
  }
  return {
    status: 403,
    kind: 'origin',
    message: 'Pages from this origin are not allowed (--allow-origin).',
  };
}

/** Whether a name is allowed as it is, or by a `*` in place of its first label. */
function isAllowed(name: string, allowed: ReadonlySet<string>): boolean {
  return allowed.has(name) || allowed.has(name.replace(/^[^.]+/, '*'));
}
