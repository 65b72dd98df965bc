/**
 * asciicast v2, for sessions of text: a line of JSON with the size of the terminal, then a line for each piece of text: the
 * seconds since the start, "o" (from the server) or "i" (from the client), and the text.
 * https://docs.asciinema.org/manual/asciicast/v2/
 *
 * Telnet's commands are left out, and the window sizes that a client reports (RFC 1073) become "r" events. No
 * character of UTF-8 contains IAC, so this does not change other streams of text.
 */
import { NAWS } from '../telnet/constants.js';
import { TelnetDecoder } from '../telnet/decoder.js';

/** The size of a terminal until the client reports one. */
const SIZE = { width: 80, height: 24 };

/** Writes a session, line by line. */
export class AsciicastWriter {
  #events: [code: string, text: string][] = [];
  readonly #decoders = { client: this.#listen('i'), server: this.#listen('o') };

  /** Returns the first line. */
  begin(started: Date): string {
    const timestamp = Math.floor(started.getTime() / 1000);
    return `${JSON.stringify({ version: 2, ...SIZE, timestamp })}\n`;
  }

  /** Returns the lines for `bytes`, which came `time` ms after the session began. */
  add(sender: 'client' | 'server', time: number, bytes: Uint8Array): string {
    this.#decoders[sender].push(bytes);
    const seconds = Math.round(time) / 1000;
    const lines = this.#events.map((event) => `${JSON.stringify([seconds, ...event])}\n`);
    this.#events = [];
    return lines.join('');
  }

  #listen(code: 'i' | 'o'): TelnetDecoder {
    const text = new TextDecoder('utf-8', { ignoreBOM: true });
    const decoder = new TelnetDecoder({
      data: (bytes) => {
        const part = text.decode(bytes, { stream: true });
        if (part !== '') this.#events.push([code, part]);
      },
      command() {},
      negotiation() {},
      subnegotiation: (option, payload) => {
        if (option !== NAWS || code !== 'i' || payload.length !== 4) return;
        const { buffer, byteOffset } = payload;
        const view = new DataView(buffer, byteOffset);
        const [width, height] = [view.getUint16(0), view.getUint16(2)];
        if (width > 0 && height > 0) this.#events.push(['r', `${width}x${height}`]);
      },
    });
    // CR NUL stays two characters: a terminal ignores the NUL, and protocols other than telnet may need it.
    decoder.binary = true;
    return decoder;
  }
}
