/**
 * Where a request carries its token.
 */
import type { IncomingMessage } from 'node:http';

/** Longer than any token; a JSON Web Token in a cookie is at most 4096 bytes. */
const MAX_TOKEN = 8_192;

/**
 * The token of a request: `?token=TOKEN`, a path that ends in `/token/TOKEN`, the subprotocol `token.TOKEN` (offered
 * beside `binary`), or the cookie `token`; the first of these that is there. A token that is there twice counts as none.
 */
export function findToken(request: IncomingMessage): string | undefined {
  const { url = '', headersDistinct: headers } = request;
  const query = parseQuery(url).getAll('token');
  if (query.length > 0) return only(query);
  const [, path] = /^[^?#]*\/token\/([^/?#]+)\/?(?:[?#]|$)/.exec(url) ?? [];
  if (path !== undefined) return only([decode(path)]);
  const protocols = list(headers['sec-websocket-protocol'], ',')
    .filter((name) => name.startsWith('token.'))
    .map((name) => name.slice('token.'.length));
  if (protocols.length > 0) return only(protocols);
  return only(
    list(headers['cookie'], ';')
      .filter((pair) => pair.startsWith('token='))
      .map((pair) => pair.slice('token='.length)),
  );
}

/** The host name that the client called, without port, in lower case: the token under `--host-token`. */
export function findHostToken({ headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>) {
  const [host = ''] = headersDistinct['host'] ?? [];
  return only([host.replace(/:\d*$/, '').toLowerCase()]);
}

/** The query of a request's URL. */
export function parseQuery(url: string): URLSearchParams {
  return new URLSearchParams(/^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? '');
}

/** A part of a path, as a query has it decoded too; empty when it can't be. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function list(lines: readonly string[] | undefined, separator: string): string[] {
  return (lines ?? [])
    .join(separator)
    .split(separator)
    .map((part) => part.trim());
}

function only(tokens: readonly string[]): string | undefined {
  const [token, ...more] = tokens;
  if (!token || more.length > 0 || token.length > MAX_TOKEN) return undefined;
  return token;
}
