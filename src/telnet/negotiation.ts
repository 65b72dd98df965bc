/**
 * The Q method of RFC 1143: six states for each option on each side, one table, no loops. An answer is sent only when a
 * state changes; a change of mind while the peer's answer is due waits for that answer.
 */
import { DO, DONT, WILL, WONT } from './constants.js';

/** Who uses an option: this end (`local`: WILL, WONT) or the peer (`remote`: DO, DONT). */
export type TelnetSide = 'local' | 'remote';

/** A state of the Q method (RFC 1143, section 7): `us`/`usq` for the local side, `him`/`himq` for the remote. */
export type OptionState =
  'NO' | 'YES' | 'WANTNO' | 'WANTNO OPPOSITE' | 'WANTYES' | 'WANTYES OPPOSITE';

/** The next state and what is sent, if anything: true for WILL or DO, false for WONT or DONT. */
type Step = readonly [next: OptionState, send?: boolean];

const PEER_YES = 0;
const PEER_NO = 1;
const ENABLE = 2;
const DISABLE = 3;

// prettier-ignore
const STEPS: Record<OptionState, readonly [Step, Step, Step, Step]> = {
  //                   the peer says yes     the peer says no     enable()               disable()
  NO:                 [['YES', true],       ['NO'],              ['WANTYES', true],     ['NO']],
  YES:                [['YES'],             ['NO', false],       ['YES'],               ['WANTNO', false]],
  WANTNO:             [['NO'],              ['NO'],              ['WANTNO OPPOSITE'],   ['WANTNO']],
  'WANTNO OPPOSITE':  [['YES'],             ['WANTYES', true],   ['WANTNO OPPOSITE'],   ['WANTNO']],
  WANTYES:            [['YES'],             ['NO'],              ['WANTYES'],           ['WANTYES OPPOSITE']],
  'WANTYES OPPOSITE': [['WANTNO', false],   ['NO'],              ['WANTYES'],           ['WANTYES OPPOSITE']],
};

/** The callbacks of an {@link OptionNegotiator}. */
export interface OptionNegotiatorHandler {
  /** Whether `side` may use the option when the peer asks for it. */
  accepts(side: TelnetSide, option: number): boolean;
  /** Sends WILL, WONT, DO or DONT for an option. */
  send(verb: number, option: number): void;
  /** `side` has started or stopped using the option. */
  change(side: TelnetSide, option: number, enabled: boolean): void;
}

/** Negotiates options, for both sides, at one end of a connection (RFC 1143). */
export class OptionNegotiator {
  readonly #handler: OptionNegotiatorHandler;
  readonly #states = {
    local: new Map<number, OptionState>(),
    remote: new Map<number, OptionState>(),
  };

  constructor(handler: OptionNegotiatorHandler) {
    this.#handler = handler;
  }

  /** The state of an option: `NO` until it is negotiated. */
  state(side: TelnetSide, option: number): OptionState {
    return this.#states[side].get(option) ?? 'NO';
  }

  /**
   * Whether `side` uses the option now. This end stops as soon as it says so; the peer, when it acknowledges the
   * request to stop.
   */
  enabled(side: TelnetSide, option: number): boolean {
    const state = this.state(side, option);
    return state === 'YES' || (side === 'remote' && state.startsWith('WANTNO'));
  }

  /** Processes a WILL, WONT, DO or DONT from the peer. */
  receive(verb: number, option: number): void {
    const side = verb === WILL || verb === WONT ? 'remote' : 'local';
    const yes = verb === WILL || verb === DO;
    if (yes && this.state(side, option) === 'NO' && !this.#handler.accepts(side, option)) {
      this.#send(side, option, false);
    } else {
      this.#step(side, option, yes ? PEER_YES : PEER_NO);
    }
  }

  /** Offers to use an option (`local`) or asks the peer to use it (`remote`). */
  enable(side: TelnetSide, option: number): void {
    this.#step(side, option, ENABLE);
  }

  /** Stops using an option (`local`) or asks the peer to stop (`remote`). */
  disable(side: TelnetSide, option: number): void {
    this.#step(side, option, DISABLE);
  }

  #step(side: TelnetSide, option: number, column: 0 | 1 | 2 | 3): void {
    const before = this.enabled(side, option);
    const [next, send] = STEPS[this.state(side, option)][column];
    this.#states[side].set(option, next);
    if (send !== undefined) this.#send(side, option, send);
    const after = this.enabled(side, option);
    if (after !== before) this.#handler.change(side, option, after);
  }

  #send(side: TelnetSide, option: number, yes: boolean): void {
    const verb = side === 'local' ? (yes ? WILL : WONT) : yes ? DO : DONT;
    this.#handler.send(verb, option);
  }
}
