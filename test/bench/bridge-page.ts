/**
 * The page of the bench: takes what comes over a WebSocket or sends as fast as it can, and posts how fast it went.
 */

export interface PageOptions {
  readonly url: string;
  /** Fetched first, so that an HTTP/2 connection is open by then. */
  readonly first?: string;
  /** Whether the page sends. */
  readonly sends?: boolean;
  /** How long nothing is counted, and then how long something is, in ms. */
  readonly runUp: number;
  readonly window: number;
}

const options = (await (await fetch('options')).json()) as PageOptions;
const post = (path: string, body: unknown) =>
  fetch(path, { method: 'POST', body: JSON.stringify(body) });
// Without credentials Chromium keeps it on another connection than a WebSocket.
if (options.first) await fetch(options.first, { mode: 'no-cors', credentials: 'include' });
const socket = new WebSocket(options.url, 'binary');
const piece = new Uint8Array(65_536);
/** The page keeps the browser busy with so much. */
const BUFFERED = 4_000_000;
let bytes = 0;
let sent = 0;
const send = () => {
  while (socket.bufferedAmount < BUFFERED) {
    socket.send(piece);
    sent += piece.length;
  }
  bytes = sent - socket.bufferedAmount;
};
socket.binaryType = 'arraybuffer';
socket.onmessage = ({ data }) => (bytes += (data as ArrayBuffer).byteLength);
socket.onerror = () => void post('failed', options.url);
socket.onopen = () => {
  if (options.sends) setInterval(send, 1);
  setTimeout(() => {
    const [before, started] = [bytes, performance.now()];
    setTimeout(() => {
      const megabytes = (bytes - before) / 1e6;
      void post('rate', (megabytes * 1e3) / (performance.now() - started));
    }, options.window);
  }, options.runUp);
};
