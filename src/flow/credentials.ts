/**
 * What a client shows to resume its session: the session's name, the number of the try, and its own name together with
 * those of the objects whose frozen state it has. By these the server tells the one that goes on from a copy.
 */
import { formatMessage, randomName, type Confirmation } from './message.js';

/** How many names of earlier objects a resume carries at most, so that it is within a control message. */
const EARLIER_MAX = 3;

/** What another object needs to go on. */
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
  /** Counts the tries over all the client's life; it never goes back. */
  #tries = 0;
  #name: string;
  /** The names under which the server may have accepted a resume last. */
  #names: readonly string[] = [];

  constructor(name = randomName()) {
    this.#name = name;
  }

  /** The `resume` of the next try. */
  resume(received: Confirmation): string {
    const of = this.#names.filter((name) => name !== this.#name).slice(-EARLIER_MAX);
    // Whether this one is accepted is not known until there is an answer.
    this.#names = [...of, this.#name];
    const message = { resume: this.session, try: ++this.#tries, by: this.#name };
    return formatMessage({ ...message, ...(of.length > 0 && { of }), ...received });
  }

  /** The server has accepted the newest try. */
  accepted(): void {
    this.#names = [this.#name];
  }

  /** Takes another name: the frozen state may have gone on elsewhere. */
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
