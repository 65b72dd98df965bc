/**
 * Whom a request is from, as far as that can be told from outside: what a client that comes back must have in common
 * with the one that went.
 */
import type { HeaderFields, RequestHead } from './request.js';

/** Whom a request is from. */
export interface Identity {
  /** What the log calls the client. */
  readonly name: string;
  /** Which of the hosts on the port it asks. */
  readonly host: string;
  /** The page's origin; empty for none. */
  readonly origin: string;
  /** The user: the certificate's subject, and the user name of HTTP Basic. A password or a bearer token may change. */
  readonly user: string;
}

/** The identity that a request's head and its connection show. */
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

/** Whether a client that comes back may be the one that went. */
export function isSameClient(one: Identity, other: Identity): boolean {
  return one.host === other.host && one.origin === other.origin && one.user === other.user;
}

/** The user name of HTTP Basic (RFC 7617), which is not checked here. */
export function userNameOf(fields: HeaderFields): string | undefined {
  const [, encoded] = /^basic +(\S+)$/i.exec(fields.only('authorization') ?? '') ?? [];
  return encoded && Buffer.from(encoded, 'base64').toString().split(':', 1)[0];
}
