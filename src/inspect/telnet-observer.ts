/**
 * Follows a telnet connection from outside: what both ends say about each option, and the state that results.
 */
import {
  BINARY,
  DO,
  DONT,
  MCCP2,
  MCCP3,
  NAWS,
  TERMINAL_TYPE,
  WILL,
  WONT,
} from '../telnet/constants.js';
import * as constants from '../telnet/constants.js';
import { TelnetDecoder } from '../telnet/decoder.js';
import { printable } from './dump.js';
import type { InspectDecoder } from './inspector.js';

type Direction = 'received' | 'sent';

/** What each end said last about one side's use of an option. */
export interface TelnetSideStatus {
  /** `on` when both ends have agreed; `pending` while an offer or a request has no answer. */
  readonly state: 'off' | 'pending' | 'on';
  /** What this end said last: WILL or WONT about its own side, DO or DONT about the peer's. */
  readonly sent: string | undefined;
  /** What the peer said last. */
  readonly received: string | undefined;
}

/** An option that at least one end has mentioned. */
export interface TelnetOptionStatus {
  readonly option: number;
  /** Its name in the RFCs, or its number. */
  readonly name: string;
  /** This end's use of it. */
  readonly local: TelnetSideStatus;
  /** The peer's use of it. */
  readonly remote: TelnetSideStatus;
}

const VERBS: Partial<Record<number, string>> = {
  [WILL]: 'WILL',
  [WONT]: 'WONT',
  [DO]: 'DO',
  [DONT]: 'DONT',
};

/** Numbers from here on are commands. */
const FIRST_COMMAND = 236;
const OPTIONS = new Map<number, string>();
const COMMANDS = new Map<number, string>();
for (const [name, value] of Object.entries(constants)) {
  (value < FIRST_COMMAND ? OPTIONS : COMMANDS).set(value, name.replaceAll('_', '-'));
}
const nameOf = (option: number): string => OPTIONS.get(option) ?? String(option);

/** The most notes on one piece of bytes: a flood of commands must not fill the memory. */
const NOTES_MAX = 50;
/** How much of a payload is shown, in bytes. */
const PAYLOAD_MAX = 64;

class Side {
  sent: number | undefined;
  received: number | undefined;
  #last: number | undefined;

  say(direction: Direction, verb: number): void {
    this[direction] = verb;
    this.#last = verb;
  }

  get status(): TelnetSideStatus {
    const isAgreed = isYes(this.sent) && isYes(this.received);
    const state = isAgreed ? 'on' : isYes(this.#last) ? 'pending' : 'off';
    return { state, sent: VERBS[this.sent ?? 0], received: VERBS[this.received ?? 0] };
  }
}

const isYes = (verb: number | undefined): boolean => verb === WILL || verb === DO;

/** Decodes the telnet commands in the bytes that an {@link Inspector} sees, and follows each option's state at both ends. */
export class TelnetObserver implements InspectDecoder {
  #options = new Map<number, { local: Side; remote: Side }>();
  #notes: string[] = [];
  #decoders = this.#newDecoders();

  /** @param isOn for a start in the middle of a connection: whether a side already uses an option */
  constructor(isOn: (side: 'local' | 'remote', option: number) => boolean = () => false) {
    for (let option = 0; option < 256; option++) {
      if (isOn('local', option)) this.#agree(option, WILL, DO);
      if (isOn('remote', option)) this.#agree(option, DO, WILL);
    }
  }

  /** The options that either end has mentioned, in the order in which they came up. */
  get options(): TelnetOptionStatus[] {
    return [...this.#options].map(([option, { local, remote }]) => ({
      option,
      name: nameOf(option),
      local: local.status,
      remote: remote.status,
    }));
  }

  /** Takes the next bytes of a direction, and returns the commands in them: `WILL ECHO`, `SB NAWS 80x24`, `AYT`. */
  decode(direction: Direction, bytes: Uint8Array): readonly string[] {
    this.#decoders[direction]?.push(bytes);
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  /** Starts over, for a new connection. */
  reset(): void {
    this.#options.clear();
    this.#decoders = this.#newDecoders();
  }

  /** The options, for an export. */
  toJSON(): unknown {
    return { telnet: this.options };
  }

  #newDecoders(): Record<Direction, TelnetDecoder | undefined> {
    return { received: this.#newDecoder('received'), sent: this.#newDecoder('sent') };
  }

  #newDecoder(direction: Direction): TelnetDecoder {
    const decoder = new TelnetDecoder({
      data() {},
      command: (code) => this.#note(COMMANDS.get(code) ?? `IAC ${code}`),
      negotiation: (verb, option) => {
        this.#note(`${VERBS[verb]} ${nameOf(option)}`);
        this.#negotiated(direction, verb, option);
      },
      subnegotiation: (option, payload) => {
        this.#note(`SB ${nameOf(option)} ${describe(option, payload)}`.trimEnd());
        const compressed = direction === 'received' ? MCCP2 : MCCP3;
        if (option !== compressed) return;
        this.#note('compressed from here on');
        decoder.stop();
        this.#decoders[direction] = undefined;
      },
    });
    return decoder;
  }

  #agree(option: number, sent: number, received: number): void {
    this.#negotiated('sent', sent, option);
    this.#negotiated('received', received, option);
  }

  #note(note: string): void {
    if (this.#notes.length < NOTES_MAX) this.#notes.push(note);
    else this.#notes[NOTES_MAX] = 'and more';
  }

  #negotiated(direction: Direction, verb: number, option: number): void {
    let sides = this.#options.get(option);
    if (!sides) this.#options.set(option, (sides = { local: new Side(), remote: new Side() }));
    // WILL and WONT are about the end that sends them, DO and DONT about the other.
    const isOfSpeaker = verb === WILL || verb === WONT;
    const side = isOfSpeaker === (direction === 'sent') ? 'local' : 'remote';
    sides[side].say(direction, verb);
    if (option !== BINARY) return;
    const decoder = this.#decoders[side === 'local' ? 'sent' : 'received'];
    if (decoder) decoder.binary = sides[side].status.state === 'on';
  }
}

/** Describes a payload in words if its option is known, otherwise as escaped text. */
function describe(option: number, payload: Uint8Array): string {
  const [a = 0, b = 0, c = 0, d = 0] = payload;
  if (option === NAWS && payload.length === 4) return `${(a << 8) | b}x${(c << 8) | d}`;
  if (option === TERMINAL_TYPE && payload.length > 0) {
    return a === 1 ? 'SEND' : `IS ${printable(payload.subarray(1, PAYLOAD_MAX))}`;
  }
  return printable(payload.subarray(0, PAYLOAD_MAX));
}
