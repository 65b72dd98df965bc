/**
 * Converts a channel's messages to bytes. A message may be binary of any kind, or text, which is treated as the option
 * `text` says, or as Base64 under the legacy subprotocol `base64`.
 */
import { WebsockError } from '../errors.js';
import { decodeBase64 } from './base64.js';
import type { TransportHandler } from './transport.js';

/** The option `text`. */
export type TextRule = 'utf8' | 'error';

/** RFC 6455 section 7.4.1. */
const UNSUPPORTED_DATA = 1003;

/** Passes a message to the handler: its bytes to `received`, or an error to `refused`. */
export function deliver(
  message: unknown,
  rule: TextRule,
  protocol: string,
  handler: TransportHandler,
): void {
  let bytes;
  try {
    bytes = typeof message === 'string' ? textToBytes(message, rule, protocol) : toBytes(message);
  } catch (error) {
    return handler.refused(error as WebsockError, UNSUPPORTED_DATA);
  }
  handler.received(bytes);
}

function toBytes(data: unknown): Uint8Array {
  if (ArrayBuffer.isView(data)) {
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  // By its name, since the object may come from another realm, such as an iframe or a test environment.
  const name = Object.prototype.toString.call(data);
  if (name === '[object ArrayBuffer]') return new Uint8Array(data as ArrayBuffer);
  const what = name === '[object Blob]' ? "a Blob despite binaryType 'arraybuffer'" : name;
  const message = `Cannot read the message: it must be text or bytes, but the channel sent ${what}`;
  throw new WebsockError('ERR_CHANNEL', message);
}

function textToBytes(text: string, rule: TextRule, protocol: string): Uint8Array {
  let why = "the option text is 'error'";
  let cause;
  if (protocol === 'base64') {
    try {
      return decodeBase64(text);
    } catch (error) {
      why = 'the subprotocol is base64, but the text is not Base64';
      cause = error;
    }
  } else if (rule === 'utf8') {
    return new TextEncoder().encode(text);
  }
  const message = `Cannot accept a text frame of ${text.length} characters: ${why}`;
  throw new WebsockError('ERR_TEXT_FRAME', message, { cause });
}
