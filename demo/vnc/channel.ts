/** Poses as a WebSocket for noVNC: a stream that outlives its WebSockets, if the bridge supports that. */
import { Websock } from 'websock-client';
import { flow } from 'websock-client/flow';

type Handler = ((event: object | undefined) => void) | null;

/** The length of a VNC server's first line, the version, in bytes. */
const VERSION_LENGTH = 12;

export class FlowChannel {
  binaryType = 'arraybuffer';
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  /** The socket underneath; its events tell the page the state of the connection. */
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

  /** After the version, noVNC waits for another message. Bytes that came with it, such as why a server refuses, go separately. */
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
