/** The lines under the screen: state and message, which a screen reader announces, and the figures. */
import type { SessionState } from './state.js';
import { texts } from './texts.js';

/** The figures shown for a connection; a Websock has them. */
export interface Traffic {
  readonly bytesReceived: number;
  readonly bytesSent: number;
  readonly protocol: string;
  readonly backpressure: 'transport' | 'none';
}

/** The time between two updates of the figures, in ms. */
const INTERVAL = 500;

export class Status {
  /** Called when the user stops what is being sent. */
  onStop = (): void => {};
  readonly #stop = document.getElementById('stop')!;
  #timer: number | undefined;

  constructor() {
    this.#stop.addEventListener('click', () => this.onStop());
  }

  /** Shows the state, and a sentence or two about it. */
  show(state: SessionState, message: string): void {
    document.body.dataset.state = state;
    put('state', texts.states[state]);
    put('message', message);
    put('notice', '');
  }

  /** Shows a notice, until the next one or the next state. */
  notice(text: string): void {
    put('notice', text);
  }

  /** Shows how much of a paste has been sent, with a button to stop it. */
  progress(sent: number, total: number): void {
    this.#stop.hidden = total === 0;
    put('progress', total && texts.sending(Math.floor((100 * sent) / total)));
  }

  showSize(columns: number, rows: number): void {
    put('size', `${columns}×${rows}`);
  }

  /** Shows these figures from now on. */
  follow(traffic: Traffic): void {
    clearInterval(this.#timer);
    let before = 0;
    const look = () => {
      const { bytesReceived, bytesSent, protocol, backpressure } = traffic;
      put('bytes-in', formatBytes(bytesReceived));
      put('bytes-out', formatBytes(bytesSent));
      put('rate', `${formatBytes(((bytesReceived - before) * 1000) / INTERVAL)}/s`);
      put('subprotocol', protocol || texts.none);
      put('backpressure', backpressure === 'transport' ? texts.yes : texts.no);
      before = bytesReceived;
    };
    look();
    this.#timer = window.setInterval(look, INTERVAL);
  }
}

/** Screen readers announce each write to a live region, so this does not write the same text again. */
function put(id: string, text: string | 0): void {
  const element = document.getElementById(id)!;
  if (element.textContent !== (text || '')) element.textContent = text || '';
}

/** Formats bytes as `980 B`, `1.2 kB`, `31.4 MB`, in powers of 1000. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  const unit = bytes < 999_950 ? 'kB' : 'MB';
  return `${oneDecimal(bytes / (unit === 'kB' ? 1e3 : 1e6))} ${unit}`;
}

export const formatMilliseconds = (ms: number): string => `${oneDecimal(ms)} ms`;

const oneDecimal = (value: number): string =>
  value.toLocaleString(texts.language, {
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    useGrouping: false,
  });
