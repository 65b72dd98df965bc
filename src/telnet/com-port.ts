/**
 * The client's side of COM-PORT (RFC 2217): the settings and lines of a serial port behind an access server.
 */
import { COM_PORT } from './constants.js';
import { decodeLatin1 } from './ascii.js';
import type { Telnet } from './telnet.js';

/** The client's commands; the server's are the same plus 100. */
const SIGNATURE = 0;
const SET_BAUDRATE = 1;
const SET_DATASIZE = 2;
const SET_PARITY = 3;
const SET_STOPSIZE = 4;
const SET_CONTROL = 5;
const NOTIFY_LINESTATE = 6;
const NOTIFY_MODEMSTATE = 7;
const FLOWCONTROL_SUSPEND = 8;
const FLOWCONTROL_RESUME = 9;
const SET_LINESTATE_MASK = 10;
const SET_MODEMSTATE_MASK = 11;
const PURGE_DATA = 12;
const SERVER = 100;

const PARITIES = ['none', 'odd', 'even', 'mark', 'space'] as const;
const STOP_SIZES = [1, 2, 1.5] as const;
const FLOW_CONTROLS = ['none', 'xon-xoff', 'hardware'] as const;
const PURGES = ['receive', 'transmit', 'both'] as const;

/** The values of SET-CONTROL that switch on; each plus one switches off. */
const CONTROLS = { break: 5, dtr: 8, rts: 11 } as const;

/** The parity of a serial line. */
export type Parity = (typeof PARITIES)[number];
/** The number of stop bits. */
export type StopSize = (typeof STOP_SIZES)[number];
/** The flow control of a serial line, both ways. */
export type FlowControl = (typeof FLOW_CONTROLS)[number];

/** The lines driven by a modem, and whether each has changed since the last report. */
export interface ModemState {
  readonly carrierDetect: boolean;
  readonly ringIndicator: boolean;
  readonly dataSetReady: boolean;
  readonly clearToSend: boolean;
  readonly changed: {
    readonly carrierDetect: boolean;
    /** It has gone off. */
    readonly ringIndicator: boolean;
    readonly dataSetReady: boolean;
    readonly clearToSend: boolean;
  };
}

/** The callbacks of a {@link ComPort}. */
export interface ComPortHandler {
  modemState?: ((state: ModemState) => void) | undefined;
  /** The line state, as bits of RFC 2217: 16 break, 8 framing error, 4 parity error, 2 overrun, 1 data ready. */
  lineState?: ((bits: number) => void) | undefined;
  /** The server asks the client to suspend or resume sending. */
  suspended?: ((isSuspended: boolean) => void) | undefined;
}

/**
 * A serial port behind a telnet server. Each `set` method resolves with the value that the server chose, which may differ. If
 * the server does not answer, the promise stays pending: race it with a timeout or the end of the connection.
 *
 * @example
 * const telnet = new Telnet({
 *   subnegotiation: (option, payload) => option === COM_PORT && port.receive(payload),
 *   ...
 * });
 * const port = new ComPort(telnet, { modemState: ({ carrierDetect }) => show(carrierDetect) });
 * await port.setBaudRate(115200);
 * await port.setDtr(true);
 */
export class ComPort {
  readonly #telnet: Pick<Telnet, 'enable' | 'subnegotiate'>;
  readonly #handler: ComPortHandler;
  /** The calls that wait for an answer, by command, oldest first. */
  readonly #waiting = new Map<number, ((value: Uint8Array) => void)[]>();

  /** Offers COM-PORT to the server. */
  constructor(telnet: Pick<Telnet, 'enable' | 'subnegotiate'>, handler: ComPortHandler = {}) {
    this.#telnet = telnet;
    this.#handler = handler;
    telnet.enable('local', COM_PORT);
  }

  /** Processes a subnegotiation of {@link COM_PORT}. */
  receive(payload: Uint8Array): void {
    const command = payload[0]! - SERVER;
    const value = payload.subarray(1);
    if (command === NOTIFY_MODEMSTATE) return this.#handler.modemState?.(modemState(value[0] ?? 0));
    if (command === NOTIFY_LINESTATE) return this.#handler.lineState?.(value[0] ?? 0);
    if (command === FLOWCONTROL_SUSPEND) return this.#handler.suspended?.(true);
    if (command === FLOWCONTROL_RESUME) return this.#handler.suspended?.(false);
    this.#waiting.get(command)?.shift()?.(value);
  }

  /** Asks the server to describe itself. */
  async signature(): Promise<string> {
    return decodeLatin1(await this.#ask(SIGNATURE));
  }

  /**
   * Sets the speed in bits per second; 0 queries the current one.
   * @throws {RangeError} `rate` is not an integer from 0 to 4294967295
   */
  async setBaudRate(rate: number): Promise<number> {
    if (!Number.isInteger(rate) || rate < 0 || rate > 0xffff_ffff) {
      throw new RangeError(`Cannot set ${rate} baud: it must be an integer from 0 to 4294967295`);
    }
    const value = new Uint8Array(4);
    new DataView(value.buffer).setUint32(0, rate);
    const answer = await this.#ask(SET_BAUDRATE, ...value);
    return answer.reduce((sum, byte) => sum * 256 + byte, 0);
  }

  /**
   * Sets the data bits per character, 5 to 8; 0 queries the current number.
   * @throws {RangeError} `bits` is not one of these
   */
  async setDataSize(bits: number): Promise<number> {
    if (![0, 5, 6, 7, 8].includes(bits)) {
      throw new RangeError(`Cannot set ${bits} data bits: it must be 5 to 8, or 0 to ask`);
    }
    return (await this.#ask(SET_DATASIZE, bits))[0] ?? 0;
  }

  /**
   * Sets the parity; resolves with undefined if the server answers with an unknown one.
   * @throws {RangeError} `parity` is invalid
   */
  async setParity(parity: Parity): Promise<Parity | undefined> {
    return this.#choose(SET_PARITY, PARITIES, parity);
  }

  /**
   * Sets the number of stop bits; resolves with undefined if the server answers with an unknown one.
   * @throws {RangeError} `bits` is not 1, 1.5 or 2
   */
  async setStopSize(bits: StopSize): Promise<StopSize | undefined> {
    return this.#choose(SET_STOPSIZE, STOP_SIZES, bits);
  }

  /**
   * Sets the flow control; resolves with undefined if the server answers with an unknown one.
   * @throws {RangeError} `control` is invalid
   */
  async setFlowControl(control: FlowControl): Promise<FlowControl | undefined> {
    return this.#choose(SET_CONTROL, FLOW_CONTROLS, control);
  }

  /** Sets data terminal ready (DTR) on or off. */
  setDtr(isOn: boolean): Promise<boolean> {
    return this.#switch('dtr', isOn);
  }

  /** Sets request to send (RTS) on or off. */
  setRts(isOn: boolean): Promise<boolean> {
    return this.#switch('rts', isOn);
  }

  /** Starts or stops the break signal. */
  setBreak(isOn: boolean): Promise<boolean> {
    return this.#switch('break', isOn);
  }

  /** Selects the modem state changes to report, as bits of RFC 2217; 255 (the default) is all, 0 none. */
  async setModemStateMask(mask: number): Promise<number> {
    return (await this.#ask(SET_MODEMSTATE_MASK, mask))[0] ?? 0;
  }

  /** Selects the line state changes to report, as bits of RFC 2217; 0 (the default) is none. */
  async setLineStateMask(mask: number): Promise<number> {
    return (await this.#ask(SET_LINESTATE_MASK, mask))[0] ?? 0;
  }

  /** Discards bytes that the server has buffered: those received from the line, those to be transmitted, or both. */
  async purge(which: (typeof PURGES)[number]): Promise<void> {
    await this.#choose(PURGE_DATA, PURGES, which);
  }

  async #choose<Choice>(
    command: number,
    all: readonly Choice[],
    choice: Choice,
  ): Promise<Choice | undefined> {
    const index = all.indexOf(choice);
    if (index < 0)
      throw new RangeError(`Cannot set ${String(choice)}: it must be one of ${all.join(', ')}`);
    const [answer = 0] = await this.#ask(command, index + 1);
    return all[answer - 1];
  }

  async #switch(control: 'break' | 'dtr' | 'rts', isOn: boolean): Promise<boolean> {
    const on = CONTROLS[control];
    return (await this.#ask(SET_CONTROL, isOn ? on : on + 1))[0] === on;
  }

  #ask(command: number, ...value: number[]): Promise<Uint8Array> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(command) ?? [];
      this.#waiting.set(command, [...waiting, resolve]);
      this.#telnet.subnegotiate(COM_PORT, Uint8Array.of(command, ...value));
    });
  }
}

function modemState(bits: number): ModemState {
  const lines = (shift: number): ModemState['changed'] => ({
    carrierDetect: (bits & (8 << shift)) !== 0,
    ringIndicator: (bits & (4 << shift)) !== 0,
    dataSetReady: (bits & (2 << shift)) !== 0,
    clearToSend: (bits & (1 << shift)) !== 0,
  });
  return { ...lines(4), changed: lines(0) };
}
