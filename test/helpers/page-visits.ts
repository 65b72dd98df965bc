/**
 * WebSockets in a test's page, which keep what they receive until the test asks for it.
 */

/** A WebSocket, open or refused. */
export interface Visit {
  readonly socket: WebSocket;
  readonly closed: Promise<CloseEvent>;
  /** Resolves with everything received so far, once it is at least `length` bytes. */
  take(length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A WebSocketStream of Chromium, which reads nothing until it is told to. */
export interface StreamVisit {
  send(bytes: Uint8Array): Promise<void>;
  /** Reads whole messages until they have at least `length` bytes. */
  take(length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** The global `visit` that `installVisits` gives a page. */
export interface Visits {
  open(path?: string): Promise<Visit>;
  openStream(): Promise<StreamVisit>;
  /** SHA-256 in hex. */
  hash(bytes: BufferSource): Promise<string>;
}

/** Installs the global `visit`; runs in the page. */
export function installVisits(): void {
  const urlOf = (path: string) => new URL(path, location.href.replace(/^http/, 'ws')).href;
  const join = (chunks: readonly ArrayBuffer[]) => new Blob([...chunks]).arrayBuffer();
  const visit: Visits = {
    async open(path = '/') {
      const socket = new WebSocket(urlOf(path), 'binary');
      socket.binaryType = 'arraybuffer';
      const chunks: ArrayBuffer[] = [];
      let length = 0;
      let onBytes = () => {};
      socket.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
        chunks.push(data);
        length += data.byteLength;
        onBytes();
      };
      const closed = new Promise<CloseEvent>((resolve) => (socket.onclose = resolve));
      await Promise.race([new Promise((resolve) => (socket.onopen = resolve)), closed]);
      const enough = (wanted: number) =>
        new Promise<void>((resolve) => {
          onBytes = () => {
            if (length >= wanted) resolve();
          };
          onBytes();
        });
      const take = async (wanted: number) => {
        await enough(wanted);
        return new Uint8Array(await join(chunks));
      };
      return { socket, closed, take };
    },
    async openStream() {
      const Stream = Reflect.get(globalThis, 'WebSocketStream') as new (at: string) => {
        readonly opened: Promise<{ readable: ReadableStream; writable: WritableStream }>;
      };
      const { readable, writable } = await new Stream(urlOf('/')).opened;
      const reader = readable.getReader() as ReadableStreamDefaultReader<ArrayBuffer>;
      return {
        send: (bytes) => writable.getWriter().write(bytes),
        async take(wanted) {
          const chunks: ArrayBuffer[] = [];
          for (let length = 0; length < wanted;) {
            const { value } = await reader.read();
            chunks.push(value!);
            length += value!.byteLength;
          }
          return new Uint8Array(await join(chunks));
        },
      };
    },
    async hash(bytes) {
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    },
  };
  Object.assign(globalThis, { visit });
}
