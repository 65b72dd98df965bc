/**
 * The socket of a session: opens it, and reports its state and its end. If the bridge supports it, the stream outlives its
 * WebSockets: a network failure only suspends it, and it ends once the bridge has given it up.
 */
import { Websock } from 'websock-client';
import { flow } from 'websock-client/flow';
import { describeEnd, describeRefusal, isLost } from './ending.js';
import type { SessionState } from './state.js';
import { texts } from './texts.js';

export interface ConnectionHandler {
  /** The state has changed; the message says what happened, in a sentence or two. */
  state(state: SessionState, message: string): void;
  /** How many characters were typed or pasted and not sent. */
  unsent(): number;
  /** Reads the socket. Resolves when everything that came has been shown. */
  read(): Promise<void>;
}

export class Connection {
  readonly sock: Websock;
  /** Whether it has ever been open. */
  wasOpen = false;
  /** Whether it ended although nobody wanted it to. */
  isLost = false;
  /** Whether the user closed it. */
  isClosedHere = false;
  /** Whether another connection has replaced it, so that its states are no longer reported. */
  isLeft = false;
  readonly #handler: ConnectionHandler;
  /** The code of the first error. */
  #failure: string | undefined;
  /** Resolves when everything that came has been shown. */
  #shown = Promise.resolve();

  /** @param state the frozen state of a socket to continue */
  constructor(handler: ConnectionHandler, state?: string) {
    this.#handler = handler;
    const options = { flow: flow() };
    this.sock = state === undefined ? new Websock(options) : Websock.thaw(state, options);
    this.wasOpen = state !== undefined;
  }

  /** Whether it is connected, suspended, or about to be connected. */
  get live(): boolean {
    return ['connecting', 'open', 'closing'].includes(this.sock.readyState);
  }

  /** Whether it accepts what is typed, which waits while it is suspended. */
  get isOpen(): boolean {
    return this.sock.readyState === 'open';
  }

  /** Opens the socket, or continues a frozen one. */
  open(url: string): void {
    const { sock } = this;
    const opened = () => {
      this.wasOpen = true;
      this.#tell('open', texts.to(url));
    };
    sock.on('open', opened);
    sock.on('suspended', () => this.#tell('suspended', texts.waits));
    sock.on('resumed', opened);
    sock.on('error', ({ code }) => (this.#failure ??= code));
    sock.on('close', ({ code, reason }) => void this.#closed(url, code, reason));
    try {
      if (this.wasOpen) {
        this.#tell('suspended', texts.waits);
      } else {
        sock.open(url, ['binary']);
        this.#tell('connecting', texts.to(url));
      }
      this.#shown = this.#handler.read();
    } catch (error) {
      this.#tell('closed', describeRefusal(url, error as Error));
    }
  }

  /** Ends it because of what it received. @param code the code of an error */
  fail(code: string): void {
    this.#failure ??= code;
    this.sock.close();
  }

  /** Closes it; a second call does not wait for the other end's answer. */
  close(): void {
    if (this.isClosedHere) {
      this.sock.dispose();
      this.#tell('closed', texts.hungUp);
      return;
    }
    this.isClosedHere = true;
    this.#tell('closing', '');
    this.sock.close();
  }

  async #closed(url: string, code: number, reason: string): Promise<void> {
    const { wasOpen: opened, isClosedHere: closedHere } = this;
    const error = this.#failure;
    const ending = { url, opened, error, closedHere, code, reason, unsent: this.#handler.unsent() };
    // Show what came before the end first.
    await this.#shown;
    this.isLost = isLost(ending);
    this.#tell('closed', describeEnd(ending));
  }

  #tell(state: SessionState, message: string): void {
    if (!this.isLeft) this.#handler.state(state, message);
  }
}
