/**
 * One end of a telnet connection, client or server: decoder, encoder and negotiation combined, with the options
 * that need more than a yes or no (binary, terminal type, window size). It does no I/O: bytes in, bytes out.
 */
import { refuseUnknown } from '../known-options.js';
import { AYT, BINARY, EOR, GA, NAWS, SE, TERMINAL_TYPE } from './constants.js';
import { encodeAscii } from './ascii.js';
import { TelnetDecoder } from './decoder.js';
import { encodeCommand, encodeData, encodeNegotiation, encodeSubnegotiation } from './encoder.js';
import { OptionNegotiator, type TelnetSide } from './negotiation.js';

/** TERMINAL-TYPE's own commands (RFC 1091). */
const IS = 0;
const SEND = 1;

/** A valid terminal type, sent or received: 1 to 40 printable ASCII characters (RFC 1091). */
const TERMINAL_NAME = /^[ -~]{1,40}$/;

/** The options and callbacks of a {@link Telnet}. */
export interface TelnetOptions {
  /** Sends bytes over the connection, in order. */
  send(bytes: Uint8Array<ArrayBuffer>): void;
  /** Receives the peer's data. The bytes are a view into what was received: copy them to keep them. */
  data(bytes: Uint8Array): void;
  /** The options this end agrees to use when asked (WILL to a DO). Default: none. */
  local?: readonly number[] | undefined;
  /** The options the peer may use when it offers them (DO to a WILL). Default: none. */
  remote?: readonly number[] | undefined;
  /** Whether `side` may use an option that is not in these lists. Default: no. */
  accepts?: ((side: TelnetSide, option: number) => boolean) | undefined;
  /** The ASCII text with which a server answers AYT (RFC 854). Default: none, as a client's answer would look like typed input. */
  areYouThere?: string | undefined;
  /** The names sent for TERMINAL-TYPE, best first (RFC 1091). Default: `UNKNOWN`. */
  terminalTypes?: readonly string[] | undefined;
  /** The longest subnegotiation accepted, in bytes; a longer one is dropped whole. Default: 16 KiB. */
  subnegotiationLimit?: number | undefined;
  /** An option was enabled or disabled. */
  change?: ((side: TelnetSide, option: number, enabled: boolean) => void) | undefined;
  /** A command from the peer (RFC 854). AYT has already been answered, if `areYouThere` is set. */
  command?: ((code: number) => void) | undefined;
  /** The latest data was a prompt: the peer marked its end with EOR (RFC 885) or GA (RFC 854). Called after `command`. */
  prompt?: (() => void) | undefined;
  /** The peer's window size in characters; 0 means unknown (RFC 1073). */
  windowSize?: ((columns: number, rows: number) => void) | undefined;
  /** The peer's terminal type, 1 to 40 printable ASCII characters (RFC 1091). */
  terminalType?: ((name: string) => void) | undefined;
  /** A subnegotiation of an enabled option that this class does not handle itself. */
  subnegotiation?: ((option: number, payload: Uint8Array<ArrayBuffer>) => void) | undefined;
}

/** The names of the options that a stream has too. */
export const SHARED_OPTIONS: Readonly<Record<Exclude<keyof TelnetOptions, 'send' | 'data'>, 1>> = {
  local: 1,
  remote: 1,
  accepts: 1,
  areYouThere: 1,
  terminalTypes: 1,
  subnegotiationLimit: 1,
  change: 1,
  command: 1,
  prompt: 1,
  windowSize: 1,
  terminalType: 1,
  subnegotiation: 1,
};

/**
 * One end of a telnet connection, without I/O: pass it the bytes that arrive, and it calls back with data and with bytes to send.
 *
 * @example
 * const telnet = new Telnet({
 *   send: (bytes) => sock.send(bytes),
 *   data: (bytes) => terminal.write(bytes.slice()),
 *   local: [SUPPRESS_GO_AHEAD, TERMINAL_TYPE, NAWS],
 *   remote: [SUPPRESS_GO_AHEAD, ECHO],
 *   terminalTypes: ['xterm-256color', 'xterm'],
 * });
 * telnet.resize(80, 24);
 * sock.on('message', () => telnet.receive(sock.rQshiftBytes(sock.rQlen())));
 * terminal.onData((text) => telnet.write(encoder.encode(text)));
 */
export class Telnet {
  readonly #options: TelnetOptions;
  readonly #decoder: TelnetDecoder;
  readonly #negotiator: OptionNegotiator;
  #nextType = 0;
  #columns = 0;
  #rows = 0;

  /**
   * @throws {RangeError} a terminal type is not 1 to 40 printable ASCII characters
   * @throws {TypeError} an option is unknown
   */
  constructor(options: TelnetOptions) {
    refuseUnknown(options, { send: 1, data: 1, ...SHARED_OPTIONS });
    this.#options = options;
    for (const name of options.terminalTypes ?? []) {
      if (!TERMINAL_NAME.test(name)) {
        throw new RangeError(
          `Cannot use terminal type ${name}: it must be 1 to 40 printable ASCII characters`,
        );
      }
    }
    this.#decoder = new TelnetDecoder(
      {
        data: (bytes) => options.data(bytes),
        command: (code) => this.#command(code),
        negotiation: (verb, option) => this.#negotiator.receive(verb, option),
        subnegotiation: (option, payload) => this.#subnegotiation(option, payload),
      },
      options.subnegotiationLimit,
    );
    this.#negotiator = new OptionNegotiator({
      accepts: (side, option) =>
        (options[side]?.includes(option) || options.accepts?.(side, option)) ?? false,
      send: (verb, option) => options.send(encodeNegotiation(verb, option)),
      change: (side, option, enabled) => this.#change(side, option, enabled),
    });
  }

  /**
   * Processes received bytes. Callbacks run, and answers are sent, before it returns.
   * @returns how many bytes it consumed: all, unless `stop()` was called meanwhile
   */
  receive(bytes: Uint8Array): number {
    return this.#decoder.push(bytes);
  }

  /**
   * Makes `receive()` return right after the current item. Call it in a callback when the rest is something else, such as the
   * compressed bytes that follow the subnegotiation of {@link MCCP2}.
   */
  stop(): void {
    this.#decoder.stop();
  }

  /**
   * Sends data. End the lines of text with CR LF; a CR alone goes out as CR NUL, unless this end sends BINARY (RFC 854,
   * RFC 856).
   */
  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // Shared memory is passed on as it is, although few channels accept it.
    this.#options.send(encodeData(bytes, this.enabled('local', BINARY)) as Uint8Array<ArrayBuffer>);
  }

  /**
   * Sends a command such as {@link IP} or {@link AYT} (RFC 854).
   *
   * @throws {RangeError} `code` is none of the commands that stand alone, 236 to 239 and 241 to 249
   */
  command(code: number): void {
    requireInteger('command', code, code === SE ? SE + 1 : 236, 249);
    this.#options.send(encodeCommand(code));
  }

  /** Sends a subnegotiation (RFC 855). It means something to the peer only if the option is enabled. */
  subnegotiate(option: number, payload: Uint8Array): void {
    requireInteger('option', option, 0, 255);
    this.#options.send(encodeSubnegotiation(option, payload));
  }

  /**
   * Offers to use an option (`local`, WILL) or asks the peer to use it (`remote`, DO), even if it is not among
   * those agreed to when the peer asks (RFC 1143). `change` is called once it is in use; a refusal is not reported.
   */
  enable(side: TelnetSide, option: number): void {
    requireInteger('option', option, 0, 255);
    this.#negotiator.enable(side, option);
  }

  /** Stops using an option (`local`, WONT) or asks the peer to stop (`remote`, DONT) (RFC 1143). */
  disable(side: TelnetSide, option: number): void {
    requireInteger('option', option, 0, 255);
    this.#negotiator.disable(side, option);
  }

  /** Whether `side` uses the option now. */
  enabled(side: TelnetSide, option: number): boolean {
    return this.#negotiator.enabled(side, option);
  }

  /**
   * Sets the size of this end's window in characters; 0, the initial value, means unknown. It is sent when it changes and when NAWS is
   * enabled (RFC 1073).
   *
   * @throws {RangeError} a size is not an integer from 0 to 65535
   */
  resize(columns: number, rows: number): void {
    requireInteger('columns', columns, 0, 0xffff);
    requireInteger('rows', rows, 0, 0xffff);
    if (columns === this.#columns && rows === this.#rows) return;
    this.#columns = columns;
    this.#rows = rows;
    if (this.enabled('local', NAWS)) this.#sendSize();
  }

  #change(side: TelnetSide, option: number, enabled: boolean): void {
    if (side === 'remote' && option === BINARY) this.#decoder.binary = enabled;
    if (side === 'remote' && option === TERMINAL_TYPE && enabled) {
      this.subnegotiate(TERMINAL_TYPE, Uint8Array.of(SEND));
    }
    if (side === 'local' && option === NAWS && enabled) this.#sendSize();
    this.#options.change?.(side, option, enabled);
  }

  #command(code: number): void {
    const { areYouThere } = this.#options;
    if (code === AYT && areYouThere) this.write(encodeAscii(`\r\n${areYouThere}\r\n`));
    this.#options.command?.(code);
    if (code === GA || code === EOR) this.#options.prompt?.();
  }

  #subnegotiation(option: number, payload: Uint8Array<ArrayBuffer>): void {
    const local = this.enabled('local', option);
    const remote = this.enabled('remote', option);
    if (option === NAWS && remote) {
      if (payload.length !== 4) return;
      this.#options.windowSize?.((payload[0] << 8) | payload[1], (payload[2] << 8) | payload[3]);
    } else if (option === TERMINAL_TYPE && local && payload[0] === SEND) {
      this.#sendTerminalType();
    } else if (option === TERMINAL_TYPE && remote && payload[0] === IS) {
      const name = String.fromCharCode(...payload.subarray(1, 42));
      if (TERMINAL_NAME.test(name)) this.#options.terminalType?.(name);
    } else if (local || remote) {
      this.#options.subnegotiation?.(option, payload);
    }
  }

  #sendSize(): void {
    const columns = this.#columns;
    const rows = this.#rows;
    this.subnegotiate(NAWS, Uint8Array.of(columns >> 8, columns, rows >> 8, rows));
  }

  /** Sends the next name. After the last it repeats that name once, to mark the end of the list, then starts over. */
  #sendTerminalType(): void {
    const types = this.#options.terminalTypes ?? [];
    const name = types[Math.min(this.#nextType, types.length - 1)] ?? 'UNKNOWN';
    this.#nextType = (this.#nextType + 1) % (types.length + 1);
    this.subnegotiate(TERMINAL_TYPE, Uint8Array.of(IS, ...encodeAscii(name)));
  }
}

function requireInteger(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(
      `Cannot use ${name} ${value}: it must be an integer from ${least} to ${most}`,
    );
  }
}
