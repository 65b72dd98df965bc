/**
 * A request's head, whatever version of HTTP it came over.
 */
import type { PeerCertificate } from 'node:tls';
import { hostName } from './origin.js';
import type { Peer } from './peer.js';
import type { Refusal } from './refusal.js';

/** A request as authenticators and target sources see it: members of the web `Request`, and who sent it. */
export interface BridgeRequest {
  readonly method: string;
  /** The whole URL, `http://host:port/path?query`, `https:` over TLS. The path is as the client wrote it. */
  readonly url: string;
  /** Lines of the same name are joined into one value by commas (cookies: by semicolons). */
  readonly headers: Headers;
  /** The client's IP address; undefined for a client of a unix socket. */
  readonly remoteAddress: string | undefined;
  /** The client's verified certificate (`tls.verifyClient`). */
  readonly certificate: PeerCertificate | undefined;
}

/** The query of a URL or path, parsed as in the URL Standard. */
export function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(/^[^?#]*\?([^#]*)/.exec(url)?.[1] ?? '');
}

/** A request's headers in their order, with the names in lower case. */
export class HeaderFields {
  readonly #fields: readonly (readonly [name: string, value: string])[];
  readonly #values = new Map<string, string[]>();

  constructor(fields: readonly (readonly [name: string, value: string])[]) {
    this.#fields = fields;
    for (const [name, value] of fields) {
      const values = this.#values.get(name);
      if (values) values.push(value);
      else this.#values.set(name, [value]);
    }
  }

  [Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    return this.#fields[Symbol.iterator]();
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The values of all lines with this name. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The value of a name that occurs exactly once. */
  only(name: string): string | undefined {
    const values = this.all(name);
    return values.length === 1 ? values[0] : undefined;
  }

  /** The name in `Host`, without port, in lower case; undefined without a valid one. */
  get hostName(): string | undefined {
    return hostName(this.only('host') ?? '');
  }

  /** The members of a list, which may span several lines (RFC 9110 section 5.6.1). */
  list(name: string): string[] {
    const values = this.all(name);
    return values.length === 0
      ? []
      : values
          .join()
          .split(',')
          .map((member) => member.trim());
  }
}

/** A request's head. */
export class RequestHead implements BridgeRequest {
  readonly method: string;
  /** Path and query, as the client wrote them. */
  readonly path: string;
  readonly fields: HeaderFields;
  readonly peer: Peer;
  /** Why it can't be served, whatever it requests. */
  readonly defect: Refusal | undefined;
  #headers: Headers | undefined;

  constructor(
    method: string,
    path: string,
    fields: HeaderFields,
    peer: Peer,
    defect?: Refusal | undefined,
  ) {
    this.method = method;
    this.path = path;
    this.fields = fields;
    this.peer = peer;
    this.defect = defect;
  }

  get url(): string {
    const scheme = this.peer.isTls ? 'https' : 'http';
    return `${scheme}://${this.fields.only('host') ?? ''}${this.path}`;
  }

  get headers(): Headers {
    if (!this.#headers) {
      this.#headers = new Headers();
      for (const [name, value] of this.fields) {
        if (name !== 'cookie') this.#headers.append(name, value);
      }
      const cookies = this.fields.all('cookie');
      if (cookies.length > 0) this.#headers.set('cookie', cookies.join('; '));
    }
    return this.#headers;
  }

  get remoteAddress(): string | undefined {
    return this.peer.address;
  }

  get certificate(): PeerCertificate | undefined {
    return this.peer.certificate;
  }
}
