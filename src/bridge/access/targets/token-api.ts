/**
 * Tokens that a web service looks up.
 */
import { type Address, parseTarget } from '../../base/address.js';
import { parseTokenAddress, type TokenSource } from './token-source.js';

/** How long the service may take, in ms. */
const TIMEOUT = 10_000;

/**
 * Requests a URL in which `%s` stands for the token. The service answers `host:port`; a 4xx means that the token is unknown.
 */
export class BaseTokenAPI implements TokenSource {
  readonly #url: string;

  /** Throws a RangeError unless `url` is an http or https URL with `%s` in its path or query. */
  constructor(url: string) {
    // In the host name, a client's token would choose the server.
    if (!/^https?:\/\/[^/?#%]+[/?][^#]*%s/i.test(url) || !URL.canParse(url.replaceAll('%s', 'x'))) {
      throw new RangeError(
        `Cannot look up tokens at "${url}": expected an http or https URL with %s in its path or query`,
      );
    }
    this.#url = url;
  }

  async lookup(token: string): Promise<Address | undefined> {
    // Checked before the request: a token like `..` would request something else.
    if (climbs(token)) return undefined;
    const encoded = encodeURIComponent(token);
    // A function: in a string, `$&` and the like would be replaced.
    const url = this.#url.replaceAll('%s', () => encoded);
    const response = await fetch(url, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT),
    }).catch((error: Error) => {
      const { code } = (error.cause ?? {}) as { code?: string };
      throw new Error(`Cannot look up the token: ${code ?? error.name}`);
    });
    const text = await response.text();
    if (response.ok) return this.parse(text);
    if (response.status >= 400 && response.status < 500) return undefined;
    throw new Error(`Cannot look up the token: the server answered ${response.status}`);
  }

  /** Reads the target from the response body. */
  protected parse(text: string): Address {
    return read(() => parseTokenAddress(text.trim()), 'host:port');
  }
}

/** Whether a URL parser, or a server that decodes the path first, would take a part of the token for a dot segment. */
function climbs(token: string): boolean {
  return token.split(/[/\\]/).some((part) => /^\.+$/.test(part));
}

/** Drops the reader's error: it contains the response, which may be a secret. */
function read<T>(reader: () => T, expected: string): T {
  try {
    return reader();
  } catch {
    throw new Error(`Cannot use the response to the token lookup: expected ${expected}`);
  }
}

/** Like `BaseTokenAPI`, for a service that answers in JSON: `{"host": "localhost", "port": 5900}`. */
export class JSONTokenApi extends BaseTokenAPI {
  protected override parse(text: string): Address {
    return read(() => readHostAndPort(JSON.parse(text)), 'JSON with the members host and port');
  }
}

/** Reads the members `host` and `port` (a number, or its digits). Throws a RangeError if they are invalid. */
export function readHostAndPort(value: unknown): Address {
  const { host, port } = (value ?? {}) as { host?: unknown; port?: unknown };
  if (typeof host !== 'string' || !/^\d{1,5}$/.test(String(port))) {
    throw new RangeError('Cannot use a target: expected the members host and port');
  }
  return parseTarget(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
}
