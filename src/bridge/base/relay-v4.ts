/**
 * The requests of corp-relay-v4, by which Chrome's Secure Shell reaches an SSH server through a relay (libapps,
 * nassh/docs/relay-protocol.md).
 */
import { queryOf } from './request.js';

/** The subprotocol of its WebSockets. */
export const RELAY_PROTOCOL = 'ssh';

/** What a WebSocket is for: beginning a session, or continuing one. */
export type RelayCall = 'connect' | 'reconnect';

/** What a request to the relay asks for, by its path; `undefined` for any other path. */
export function relayCall(path: string): RelayCall | undefined {
  return /^\/v4\/((?:re)?connect)(?:\?|$)/.exec(path)?.[1] as RelayCall | undefined;
}

/** The value of a name that occurs exactly once in a query. */
export function onlyIn(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

/** The session to which a client returns, and how many of the session's bytes have arrived at the client. */
export interface Reconnection {
  readonly sid: string;
  readonly ack: number;
}

/** Reads the query of a reconnect; `undefined` for one that no session can have. */
export function readReconnection(path: string): Reconnection | undefined {
  const query = queryOf(path);
  const sid = onlyIn(query, 'sid') ?? '';
  const digits = onlyIn(query, 'ack') ?? '';
  const ack = Number(digits);
  const isWhole = /^\d{1,16}$/.test(digits) && Number.isSafeInteger(ack);
  return isWhole && /^[\w-]{22,128}$/.test(sid) ? { sid, ack } : undefined;
}
