/**
 * The page of the bench: takes what comes over a WebSocket, and posts how fast it came.
 */

export interface PageOptions {
  readonly url: string;
  /** How long nothing is counted, and then how long something is, in ms. */
  readonly runUp: number;
  readonly window: number;
}

const options = (await (await fetch('options')).json()) as PageOptions;
const post = (path: string, body: unknown) =>
  fetch(path, { method: 'POST', body: JSON.stringify(body) });
const socket = new WebSocket(options.url, 'binary');
let bytes = 0;
socket.binaryType = 'arraybuffer';
socket.onmessage = ({ data }) => (bytes += (data as ArrayBuffer).byteLength);
socket.onerror = () => void post('failed', options.url);
socket.onopen = () => {
  setTimeout(() => {
    const [before, started] = [bytes, performance.now()];
    setTimeout(() => {
      const megabytes = (bytes - before) / 1e6;
      void post('rate', (megabytes * 1e3) / (performance.now() - started));
    }, options.window);
  }, options.runUp);
};
