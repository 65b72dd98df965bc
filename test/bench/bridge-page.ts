/**
 * The benchmark's page: receives over a WebSocket or sends as fast as it can, and posts the rate.
 */

export interface PageOptions {
  readonly url: string;
  /** Fetched first, so that an HTTP/2 connection is open by then. */
  readonly first?: string;
  /** Whether the page sends. */
  readonly sends?: boolean;
  /** How long to run before counting, and then how long to count, in ms. */
  readonly runUp: number;
  readonly window: number;
}

const options = (await (await fetch('options')).json()) as PageOptions;
const post = (path: string, body: unknown) =>
  fetch(path, { method: 'POST', body: JSON.stringify(body) });
// Without credentials, Chromium would use a different connection for this request than for the WebSocket.
if (options.first) await fetch(options.first, { mode: 'no-cors', credentials: 'include' });
const socket = new WebSocket(options.url, 'binary');
const piece = new Uint8Array(65_536);
/** The page keeps this many bytes queued in the browser. */
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
