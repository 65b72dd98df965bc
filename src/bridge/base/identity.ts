/**
 * Who sent a request, as far as the request itself shows: what a returning client must have in common with the one that
 * left.
 */
import type { HeaderFields, RequestHead } from './request.js';

/** Who sent a request. */
export interface Identity {
  /** The client's name in the log. */
  readonly name: string;
  /** The key of the requested host among those on the port. */
  readonly host: string;
  /** The page's origin; empty for none. */
  readonly origin: string;
  /** The certificate's subject and issuer, and the user name of HTTP Basic. A password or a bearer token may change. */
  readonly user: string;
}

/** Reads the identity from a request's head and its connection. */
export function identityOf({ fields, peer }: RequestHead, host: string): Identity {
  const { subject, issuer } = peer.certificate ?? {};
  const userName = userNameOf(fields) ?? '';
  return {
    name: peer.name,
    host,
    origin: fields.all('origin').join().toLowerCase(),
    user: JSON.stringify([subject, issuer, userName]),
  };
}

/** Whether a returning client may be the one that left. */
export function isSameClient(one: Identity, other: Identity): boolean {
  return one.host === other.host && one.origin === other.origin && one.user === other.user;
}

/** The user name of HTTP Basic (RFC 7617), unverified. */
export function userNameOf(fields: HeaderFields): string | undefined {
  const [, encoded] = /^basic +(\S+)$/i.exec(fields.only('authorization') ?? '') ?? [];
  return encoded && Buffer.from(encoded, 'base64').toString().split(':', 1)[0];
}
