/**
 * The answer to a client whose bytes are not HTTP/1.
 */
import type { Socket } from 'node:net';
import { describe } from '../base/first-bytes.js';
import type { Refusal } from '../base/refusal.js';

/** An error of Node's HTTP/1 parser. */
interface ParserError extends Error {
  readonly code?: string;
  /** What is wrong, in a few words. */
  readonly reason?: string;
  readonly rawPacket?: Buffer;
}

const TOO_LARGE: Refusal = { status: 431, message: 'The headers are too large.' };
const TOO_SLOW: Refusal = { status: 408, message: 'The request took too long.' };
const MALFORMED: Refusal = { status: 400, message: 'Expected an HTTP request.' };

/** Turns a connection's error into a refusal; undefined if nobody needs one: the client left, or never sent anything. */
export function readFailure(error: Error, { bytesRead }: Socket): Refusal | undefined {
  const { code = '', reason = '', rawPacket } = error as ParserError;
  if (bytesRead === 0) return undefined;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return TOO_SLOW;
  if (code === 'HPE_HEADER_OVERFLOW') return TOO_LARGE;
  if (!rawPacket || !code.startsWith('HPE_')) return undefined;
  // Only the first bytes of a connection may be another protocol.
  const isFirst = rawPacket.length === bytesRead;
  const what = isFirst ? describe(rawPacket) : 'a malformed request';
  return { ...MALFORMED, detail: reason === '' ? what : `${what} (${reason})` };
}
