/**
 * Where a request carries its token.
 */
import { type BridgeRequest, queryOf } from '../../base/request.js';

/** More characters than any token has: a JSON Web Token in a cookie takes at most 4096 bytes. */
const MAX_TOKEN = 8_192;

/**
 * The token of a request: `?token=TOKEN`, a path that ends in `/token/TOKEN`, the subprotocol `token.TOKEN` (offered
 * beside `binary`), or the cookie `token`; the first of these that is present. In each place it may be quoted and
 * percent-encoded. Two tokens in one place count as none.
 */
export function findToken({ url, headers }: BridgeRequest): string | undefined {
  const query = queryOf(url).getAll('token');
  if (query.length > 0) return only(query);
  const [, path] = /^https?:\/\/[^/]*[^?#]*\/token\/([^/?#]+)\/?(?:[?#]|$)/.exec(url) ?? [];
  if (path !== undefined) return only([decode(path)]);
  const protocols = list(headers.get('sec-websocket-protocol'), ',')
    .filter((name) => name.startsWith('token.'))
    .map((name) => decode(name.slice('token.'.length)));
  if (protocols.length > 0) return only(protocols);
  return only(
    list(headers.get('cookie'), ';')
      .filter((pair) => pair.startsWith('token='))
      .map((pair) => decode(pair.slice('token='.length))),
  );
}

/** The requested host name, without port, in lower case: the token under `--host-token`. */
export function findHostToken({ headers }: BridgeRequest) {
  const host = headers.get('host') ?? '';
  return only([host.replace(/:\d*$/, '').toLowerCase()]);
}

/** Decodes a text like a query, except that `+` stays a `+`. */
function decode(text: string): string {
  const query = text.replaceAll('+', '%2B').replaceAll('&', '%26');
  return new URLSearchParams(`token=${query}`).get('token') ?? '';
}

function list(value: string | null, separator: string): string[] {
  return (value ?? '').split(separator).map((part) => part.trim());
}

function only(tokens: readonly string[]): string | undefined {
  const [given = '', ...more] = tokens;
  // A cookie's value may be quoted (RFC 6265 section 4.1.1).
  const token = /^"(.*)"$/s.exec(given)?.[1] ?? given;
  // Decoding replaces invalid UTF-8, so the result is not a token that anybody issued.
  if (token === '' || token.includes('\ufffd') || token.length > MAX_TOKEN) return undefined;
  return more.length === 0 ? token : undefined;
}
