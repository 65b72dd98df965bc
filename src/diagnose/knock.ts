/**
 * One attempt to open a WebSocket, and what becomes of it.
 */

/** The constructor of a WebSocket. */
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocket;

/** How a connection ended; `after` is the time since it opened, in ms. */
export interface End {
  readonly code: number;
  readonly reason: string;
  readonly after: number;
}

/**
 * What came of an attempt: `opened`; `failed`: the browser does not say why; `late`: neither in time; `insecure`: the browser
 * does not even try, since the page is secure and the URL is not; `blocked`: the page's own policy forbids it.
 */
export type Outcome = 'opened' | 'failed' | 'late' | 'insecure' | 'blocked';

/** How many messages are kept until somebody listens. */
const TEXTS_MAX = 10;

/** A knock at a server's door: one attempt to open a WebSocket. */
export class Knock {
  /** Resolves with what came of the attempt; never rejects. */
  readonly outcome: Promise<Outcome>;
  /** Resolves when the WebSocket has closed, whether or not it had opened. */
  readonly ended: Promise<End>;
  #onText: ((text: string) => void) | undefined;
  /** The messages that came before anybody listened: one may come with the handshake. */
  readonly #texts: string[] = [];
  readonly #socket: WebSocket | undefined;

  /** @throws SyntaxError for subprotocols that can't be offered */
  constructor(Class: WebSocketClass, url: string, protocols: string[], timeout: number) {
    const watch = watchPolicy(url);
    const open = (): WebSocket | undefined => {
      try {
        return new Class(url, protocols);
      } catch (error) {
        if ((error as Error).name === 'SecurityError') return undefined;
        watch.stop();
        throw error;
      }
    };
    const socket = open();
    this.#socket = socket;
    let openedAt = 0;
    this.ended = new Promise((resolve) => {
      if (socket) {
        socket.onclose = ({ code, reason }) =>
          resolve({ code, reason, after: performance.now() - openedAt });
      }
    });
    this.outcome = new Promise<Outcome>((resolve) => {
      if (!socket) return resolve('insecure');
      const timer = setTimeout(() => resolve('late'), timeout);
      const settle = (outcome: Outcome): void => {
        clearTimeout(timer);
        resolve(outcome);
      };
      socket.onopen = () => {
        openedAt = performance.now();
        settle('opened');
      };
      socket.onerror = () => settle(watch.blocked ? 'blocked' : 'failed');
      void this.ended.then(() => settle(watch.blocked ? 'blocked' : 'failed'));
      socket.onmessage = ({ data }) => {
        if (typeof data !== 'string') return;
        if (this.#onText) this.#onText(data);
        else if (this.#texts.length < TEXTS_MAX) this.#texts.push(data);
      };
    }).finally(watch.stop);
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.#socket?.protocol ?? '';
  }

  /** Calls `onText` with each text message, including earlier ones. */
  listen(onText: (text: string) => void): void {
    this.#onText = onText;
    for (const text of this.#texts.splice(0)) onText(text);
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  /** Closes the WebSocket with 1000. */
  close(): void {
    this.#socket?.close(1000);
  }
}

/** Notes whether the page's Content Security Policy blocks a URL. */
function watchPolicy(url: string): { readonly blocked: boolean; readonly stop: () => void } {
  const { document: page } = globalThis as Partial<typeof globalThis>;
  const watch = { blocked: false, stop: () => page?.removeEventListener(EVENT, note) };
  const note = ({ blockedURI, effectiveDirective }: SecurityPolicyViolationEvent): void => {
    const isOurs = effectiveDirective === 'connect-src' && url.startsWith(blockedURI);
    if (isOurs) watch.blocked = true;
  };
  page?.addEventListener(EVENT, note);
  return watch;
}

const EVENT = 'securitypolicyviolation';
