/**
 * Decodes reads with our decoder and with the one of `ws`, and gives the results in the same form.
 */
import { Buffer } from 'node:buffer';
import * as ws from 'ws';
import { FrameDecoder, type DecoderOptions } from '../../src/bridge/session/framing/decoder.js';

/** A decoder's output: messages and control frames in order, and how the stream ended. Payloads are Latin-1. */
export interface Decoded {
  readonly events: string[];
  /** The close code that was received, or the one that answers a violation. */
  readonly code: number | undefined;
  /** The close reason that was received, or a description of the violation. */
  readonly why: string | undefined;
}

/** Decodes copies of the reads with our decoder. */
export function decodeWithOurs(reads: readonly Buffer[], options: DecoderOptions): Decoded {
  const events: string[] = [];
  // The length of each binary message with its index in `events`, and the bytes of all of them.
  const messages: { at: number; length: number }[] = [];
  const runs: Buffer[] = [];
  let code: number | undefined;
  let why: string | undefined;
  const decoder = new FrameDecoder(options, {
    onBinary: (bytes) => runs.push(bytes),
    onBinaryEnd: (length) => messages.push({ at: events.push('') - 1, length }),
    onText: (text) => events.push(`text ${text.toString('latin1')}`),
    onPing: (data) => events.push(`ping ${data.toString('latin1')}`),
    onPong: (data) => events.push(`pong ${data.toString('latin1')}`),
    onClose: (close) => ({ code, reason: why } = close),
    onViolation: (violation) => ({ code, why } = violation),
  });
  for (const read of reads) decoder.decode(Buffer.from(read));
  const bytes = Buffer.concat(runs);
  let from = 0;
  for (const { at, length } of messages) {
    events[at] = `binary ${bytes.toString('latin1', from, from + length)}`;
    from += length;
  }
  return { events, code, why };
}

/** The part of ws's receiver that is used here, which ws's own WebSocket uses too. */
interface Receiver {
  on(event: string, listener: (data: Buffer, isBinary: boolean) => void): this;
  on(event: 'conclude', listener: (code: number, reason: Buffer) => void): this;
  _write(chunk: Buffer, encoding: string, callback: (error?: Error) => void): void;
}
const { Receiver: WsReceiver } = ws as unknown as {
  Receiver: new (options: object) => Receiver;
};

/** Decodes copies of the reads with the decoder of `ws`. */
export function decodeWithWs(
  reads: readonly Buffer[],
  { peer, maxPayload, maxFragments }: DecoderOptions,
): Decoded {
  const events: string[] = [];
  let code: number | undefined;
  let why: string | undefined;
  const isServer = peer === 'client';
  const receiver = new WsReceiver({ isServer, maxPayload, maxFragments });
  receiver
    .on('message', (data, isBinary) =>
      events.push(`${isBinary ? 'binary' : 'text'} ${data.toString('latin1')}`),
    )
    .on('ping', (data) => events.push(`ping ${data.toString('latin1')}`))
    .on('pong', (data) => events.push(`pong ${data.toString('latin1')}`))
    .on('conclude', (received, reason) => {
      code = received;
      why = reason.toString();
    });
  for (const read of reads) {
    if (code !== undefined) break;
    receiver['_write'](Buffer.from(read), '', (error) => {
      if (!error) return;
      code = Reflect.get(error, STATUS_CODE) as number;
      why = error.message;
    });
  }
  return { events, code, why };
}

const STATUS_CODE = statusCodeSymbol();

/** The symbol under which ws keeps the close code in an error, found by decoding a broken frame. */
function statusCodeSymbol(): symbol {
  let symbol: symbol | undefined;
  new WsReceiver({ isServer: true })['_write'](Buffer.from([0xff, 0xff]), '', (error) => {
    symbol = Object.getOwnPropertySymbols(error).find((each) => each.description === 'status-code');
  });
  if (!symbol)
    throw new Error('Cannot read the close code in an error of ws: it no longer has the symbol');
  return symbol;
}
