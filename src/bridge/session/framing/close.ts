/**
 * The payload of close frames: a code and a reason in UTF-8 (RFC 6455 sections 5.5.1 and 7.4).
 */
import { isUtf8 } from 'node:buffer';
import { MAX_CONTROL } from './opcode.js';

/** Stands for a close frame without a code. Never on the wire. */
export const NO_CODE = 1005;
/** Stands for an end without a close frame. Never on the wire. */
export const ABNORMAL = 1006;

/** A close frame that was received. */
export interface Close {
  /** 1005 if the frame had none. */
  readonly code: number;
  readonly reason: string;
}

/** Why a peer's frames can't be accepted: the close code to answer with, and a text for the log. */
export interface Violation {
  readonly code: 1002 | 1003 | 1007 | 1008 | 1009;
  readonly why: string;
}

/** Whether a close frame may carry a code: one from the RFC, one that IANA has registered since, or one from 3000 to 4999. */
export function isCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== NO_CODE && code !== ABNORMAL;
}

/** Reads a close frame's payload. The decoder has made sure that it is not a single byte. */
export function readClose(payload: Buffer): Close | Violation {
  if (payload.length === 0) return { code: NO_CODE, reason: '' };
  const code = payload.readUInt16BE();
  if (!isCloseCode(code)) return { code: 1002, why: `the invalid close code ${code}` };
  const reason = payload.subarray(2);
  if (!isUtf8(reason)) return { code: 1007, why: 'a close reason that is not UTF-8' };
  return { code, reason: reason.toString() };
}

/** Makes the payload of a close frame: empty for 1005. A reason that is too long is cut between two characters. */
export function closePayload(code: number, reason = ''): Buffer {
  if (code === NO_CODE) return Buffer.alloc(0);
  const payload = Buffer.alloc(MAX_CONTROL);
  payload.writeUInt16BE(code);
  return payload.subarray(0, 2 + payload.write(reason, 2));
}
