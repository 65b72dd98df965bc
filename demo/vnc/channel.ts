/** What noVNC takes for a WebSocket: a stream that outlives its WebSockets, where the bridge knows how. */
import { Websock } from 'websock-client';
import { flow } from 'websock-client/flow';

type Handler = ((event: object | undefined) => void) | null;

/** How long the line is that a VNC server begins with, in bytes. */
const VERSION_LENGTH = 12;

export class FlowChannel {
  binaryType = 'arraybuffer';
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  /** What it is made of; its events tell the page how it goes. */
  readonly sock = new Websock({ flow: flow() });
  #hasVersion = false;

  /** @throws DOMException as WebSocket does */
  constructor(url: string) {
    const { sock } = this;
    sock.on('open', (event) => this.onopen?.(event));
    sock.on('message', () => this.#pass());
    sock.on('error', (error) => this.onerror?.(error));
    sock.on('close', (event) => this.onclose?.(event));
    sock.open(url, ['binary']);
  }

  get readyState(): string {
    return this.sock.readyState;
  }

  get protocol(): string {
    return this.sock.protocol;
  }

  get bufferedAmount(): number {
    return this.sock.bufferedAmount;
  }

  send(data: Uint8Array<ArrayBuffer>): void {
    this.sock.send(data);
  }

  close(): void {
    this.sock.close();
  }

  /** After the version noVNC waits for another message, so what came with it, such as why a server refuses, goes in one of its own. */
  #pass(): void {
    const { sock } = this;
    if (!this.#hasVersion) {
      if (sock.rQwait('version', VERSION_LENGTH)) return;
      this.#hasVersion = true;
      this.#deliver(VERSION_LENGTH);
    }
    if (sock.rQlen() > 0) this.#deliver(sock.rQlen());
  }

  #deliver(length: number): void {
    const { buffer: data } = this.sock.rQshiftBytes(length, false).slice();
    this.onmessage?.({ data });
  }
}
