/** What noVNC takes for a WebSocket: a stream that outlives its WebSockets, where the bridge knows how. */
import { Websock } from 'websock-client';
import { flow } from 'websock-client/flow';

type Handler = ((event: object | undefined) => void) | null;

export class FlowChannel {
  binaryType = 'arraybuffer';
  onopen: Handler = null;
  onmessage: Handler = null;
  onerror: Handler = null;
  onclose: Handler = null;
  /** What it is made of; its events tell the page how it goes. */
  readonly sock = new Websock({ flow: flow() });

  /** @throws DOMException as WebSocket does */
  constructor(url: string) {
    const { sock } = this;
    sock.on('open', (event) => this.onopen?.(event));
    sock.on('message', () => {
      const { buffer: data } = sock.rQshiftBytes(sock.rQlen(), false).slice();
      this.onmessage?.({ data });
    });
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
}
