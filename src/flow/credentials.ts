/**
 * What a client presents to resume its session: the session's name, the number of the attempt, and its own name together with
 * those of the objects whose frozen state it has. They let the server distinguish the rightful client from a copy.
 */
import { formatMessage, randomName, type Confirmation } from './message.js';

/** How many names of earlier objects a resume carries at most, so that it is within a control message. */
const EARLIER_MAX = 3;

/** What another object needs to continue. */
export interface CredentialsState {
  readonly session: string;
  readonly route: string | undefined;
  readonly tries: number;
  readonly names: readonly string[];
}

export class Credentials {
  /** The session's name; empty before it has begun. */
  session = '';
  /** What a balancer needs to find the server again. */
  route: string | undefined;
  /** Counts the attempts over the client's whole life; it never decreases. */
  #tries = 0;
  #name: string;
  /** The names under which the server may have accepted a resume last. */
  #names: readonly string[] = [];

  constructor(name = randomName()) {
    this.#name = name;
  }

  /** The `resume` of the next attempt. */
  resume(received: Confirmation): string {
    const of = this.#names.filter((name) => name !== this.#name).slice(-EARLIER_MAX);
    // Whether this one is accepted is not known until there is an answer.
    this.#names = [...of, this.#name];
    const message = { resume: this.session, try: ++this.#tries, by: this.#name };
    return formatMessage({ ...message, ...(of.length > 0 && { of }), ...received });
  }

  /** The server has accepted the latest attempt. */
  accepted(): void {
    this.#names = [this.#name];
  }

  /** Takes another name: the frozen state may be in use elsewhere. */
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
