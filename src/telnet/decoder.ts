/**
 * Decodes the bytes of a connection into data, commands, negotiations and subnegotiations. The decoder
 * keeps its state between calls, so the result does not depend on how the bytes are split, and no byte is held back for the next.
 */
import { DONT, IAC, SB, SE, WILL } from './constants.js';

const NUL = 0;
const CR = 13;

// The states: what the next byte is part of.
const DATA = 0;
/** After IAC. */
const COMMAND = 1;
/** After IAC and WILL, WONT, DO or DONT. */
const OPTION = 2;
/** Between IAC SB and IAC SE. */
const SUBNEGOTIATION = 3;
/** After an IAC in a subnegotiation. */
const SUBNEGOTIATION_COMMAND = 4;

/** The default limit on a subnegotiation, in bytes: far above any in common use. */
const SUBNEGOTIATION_LIMIT = 16 * 1024;

/** Receives what a {@link TelnetDecoder} finds, in the order of the stream and before `push()` returns. */
export interface TelnetDecoderHandler {
  /**
   * A run of data, with IAC and end-of-line encoding removed (RFC 854). One piece of data may come in several runs. The
   * bytes are a view into what was pushed: copy them to keep them.
   */
  data(bytes: Uint8Array): void;
  /** IAC and one byte that starts no negotiation: `AYT`, `GA`, ... or a number that RFC 854 does not define. */
  command(code: number): void;
  /** `WILL`, `WONT`, `DO` or `DONT`, and its option (RFC 855). */
  negotiation(verb: number, option: number): void;
  /** The payload between SB and SE, after the option (RFC 855), with IAC IAC decoded. The bytes belong to the receiver. */
  subnegotiation(option: number, payload: Uint8Array<ArrayBuffer>): void;
}

/**
 * An incremental decoder of the telnet protocol (RFC 854, RFC 855).
 *
 * A subnegotiation over `subnegotiationLimit` bytes is read to its end and dropped whole. One that is interrupted (IAC
 * followed by something other than IAC or SE, which RFC 855 does not cover) is dropped too, and the IAC begins a new command.
 *
 * @example
 * const decoder = new TelnetDecoder({ data: print, command() {}, negotiation() {}, subnegotiation() {} });
 * socket.on('data', (bytes) => decoder.push(bytes));
 */
export class TelnetDecoder {
  /** Whether the peer sends BINARY: then CR NUL is two bytes of data (RFC 856). May be set at any time. */
  binary = false;
  readonly #handler: TelnetDecoderHandler;
  readonly #limit: number;
  #state = DATA;
  #verb = 0;
  #subnegotiation: number[] = [];
  /** Whether the last byte of data was a CR in text, so that a NUL belongs to it. */
  #afterCr = false;
  #isStopped = false;

  constructor(handler: TelnetDecoderHandler, subnegotiationLimit = SUBNEGOTIATION_LIMIT) {
    this.#handler = handler;
    this.#limit = subnegotiationLimit;
  }

  /**
   * Decodes the next bytes of the connection.
   * @returns how many bytes it consumed: all, unless `stop()` was called meanwhile
   */
  push(bytes: Uint8Array): number {
    let at = 0;
    this.#isStopped = false;
    while (at < bytes.length && !this.#isStopped) {
      if (this.#state === DATA) {
        at = this.#run(bytes, at, at);
        continue;
      }
      const byte = bytes[at++];
      switch (this.#state) {
        case COMMAND:
          if (byte === IAC) {
            this.#state = DATA;
            at = this.#run(bytes, at - 1, at);
          } else {
            this.#command(byte);
          }
          break;
        case OPTION:
          this.#state = DATA;
          this.#handler.negotiation(this.#verb, byte);
          break;
        case SUBNEGOTIATION:
          if (byte === IAC) this.#state = SUBNEGOTIATION_COMMAND;
          else this.#collect(byte);
          break;
        case SUBNEGOTIATION_COMMAND:
          if (byte === IAC) {
            this.#state = SUBNEGOTIATION;
            this.#collect(IAC);
          } else if (byte === SE) {
            this.#state = DATA;
            this.#endSubnegotiation();
          } else {
            this.#command(byte);
          }
      }
    }
    return at;
  }

  /** Makes `push()` return right after the current item. Call it in a handler when the rest follows other rules. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Passes on the data from `start` to the first IAC at or after `search`; returns where to continue. */
  #run(bytes: Uint8Array, start: number, search: number): number {
    const iac = bytes.indexOf(IAC, search);
    if (iac >= 0) this.#state = COMMAND;
    let run = bytes.subarray(start, iac < 0 ? undefined : iac);
    if (!this.binary) {
      // Look for NULs, which are rarer than CRs.
      for (let nul = run.indexOf(NUL); nul >= 0; nul = run.indexOf(NUL, nul)) {
        if (nul > 0 ? run[nul - 1] === CR : this.#afterCr) {
          this.#data(run.subarray(0, nul));
          this.#afterCr = false;
          run = run.subarray(nul + 1);
          nul = 0;
        } else {
          nul++;
        }
      }
    }
    this.#data(run);
    return iac < 0 ? bytes.length : iac + 1;
  }

  #data(run: Uint8Array): void {
    if (run.length === 0) return;
    this.#afterCr = !this.binary && run[run.length - 1] === CR;
    this.#handler.data(run);
  }

  #command(code: number): void {
    this.#subnegotiation = [];
    if (code === SB) {
      this.#state = SUBNEGOTIATION;
    } else if (code >= WILL && code <= DONT) {
      this.#state = OPTION;
      this.#verb = code;
    } else {
      this.#state = DATA;
      this.#handler.command(code);
    }
  }

  /** The option is the first byte. One byte over the limit is kept, to show that there were more. */
  #collect(byte: number): void {
    if (this.#subnegotiation.length <= this.#limit + 1) this.#subnegotiation.push(byte);
  }

  #endSubnegotiation(): void {
    const [option, ...payload] = this.#subnegotiation;
    this.#subnegotiation = [];
    if (option !== undefined && payload.length <= this.#limit) {
      this.#handler.subnegotiation(option, Uint8Array.from(payload));
    }
  }
}
