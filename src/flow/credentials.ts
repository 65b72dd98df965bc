/**
 * What a client presents to resume its session: the session's name, the number of the attempt, its own name, and the names of
 * the objects whose frozen state it continues. They let the server distinguish the rightful client from a copy.
 */
import { formatMessage, randomName, type Confirmation } from './message.js';

/** The most names of earlier objects in a `resume`, which has to fit into a control message. */
const EARLIER_MAX = 3;

/** The part of a frozen state with which another object can resume the session. */
export interface CredentialsState {
  readonly session: string;
  readonly route: string | undefined;
  readonly tries: number;
  readonly names: readonly string[];
}

export class Credentials {
  /** The session's name; empty before it has begun. */
  session = '';
  /** What a load balancer needs to find the server again. */
  route: string | undefined;
  /** Counts the attempts over the client's whole life; it never decreases. */
  #tries = 0;
  #name: string;
  /** Candidates for the name whose `resume` the server has accepted last. */
  #names: readonly string[] = [];

  constructor(name = randomName()) {
    this.#name = name;
  }

  /** The `resume` of the next attempt. */
  resume(received: Confirmation): string {
    const of = this.#names.filter((name) => name !== this.#name).slice(-EARLIER_MAX);
    // Until the server answers, any of these may be the name that it accepted last.
    this.#names = [...of, this.#name];
    const message = { resume: this.session, try: ++this.#tries, by: this.#name };
    return formatMessage({ ...message, ...(of.length > 0 && { of }), ...received });
  }

  /** The server has accepted the latest attempt. */
  accepted(): void {
    this.#names = [this.#name];
  }

  /** Takes a new name: the frozen state may be in use elsewhere. */
  rename(): void {
    this.#name = randomName();
  }

  freeze(): CredentialsState {
    return { session: this.session, route: this.route, tries: this.#tries, names: this.#names };
  }

  thaw(state: CredentialsState): void {
    this.session = state.session;
    this.route = state.route;
    this.#tries = state.tries;
    this.#names = state.names;
  }
}
