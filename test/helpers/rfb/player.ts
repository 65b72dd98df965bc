/* eslint-disable no-underscore-dangle -- the names are noVNC's */
/**
 * Plays scenes to noVNC in a page, whole and cut, and reports the results. It runs in the page, so it imports nothing.
 */

/** What is used of noVNC's class in a page that `helpers/novnc.ts` has made. */
interface Novnc extends EventTarget {
  readonly _display: { pending(): boolean; flush(): Promise<void> };
  disconnect(): void;
}
type RFB = new (target: Element, channel: object) => Novnc;

/** A scene in the form in which it is passed to a page. */
export interface Reel {
  readonly name: string;
  readonly before: readonly number[][];
  readonly turns: readonly number[][];
}

/** The results of a scene: each distinct final state once, and for each way to cut the scene the index of its state. */
export interface Played {
  readonly name: string;
  readonly states: string[];
  readonly cuts: Record<string, number>;
}

/**
 * @param every each turn is cut in two at every multiple of this many bytes; the scene is also played whole, and byte by
 *   byte
 */
export async function play({ reel, every }: { reel: Reel; every: number }): Promise<Played> {
  const RFB = (window as unknown as { RFB: RFB }).RFB;
  const screen = document.querySelector('#screen')!;

  class Channel {
    readyState = 1;
    binaryType = 'arraybuffer';
    protocol = '';
    onopen: unknown = null;
    onerror: unknown = null;
    onmessage: ((event: object) => void) | null = null;
    onclose: ((event: object) => void) | null = null;
    readonly sent: number[] = [];
    send(data: Uint8Array): void {
      this.sent.push(...data);
    }
    close(): void {
      this.readyState = 3;
      this.onclose?.({ code: 1000, reason: '', wasClean: true });
    }
  }

  const hash = (bytes: ArrayLike<number>): string => {
    let value = 0;
    for (let i = 0; i < bytes.length; i++) value = (Math.imul(value, 31) + bytes[i] + 1) | 0;
    return `${bytes.length} bytes, hash ${value}`;
  };

  /** Plays pieces to a new client, and describes its visible state at the end. */
  const run = async (pieces: Uint8Array<ArrayBuffer>[]): Promise<string> => {
    const channel = new Channel();
    const rfb = new RFB(screen, channel);
    const canvas = screen.querySelector('canvas')!;
    const events: string[] = [];
    const names = 'connect disconnect bell clipboard desktopname capabilities securityfailure';
    for (const name of names.split(' ')) {
      rfb.addEventListener(name, (event) => {
        events.push(`${name} ${JSON.stringify((event as CustomEvent).detail)}`);
      });
    }
    for (const piece of pieces) {
      try {
        channel.onmessage!({ data: piece.slice().buffer });
      } catch (error) {
        events.push(String(error));
      }
    }
    do {
      await rfb._display.flush();
      // Whatever waited for the display continues in microtasks of its own.
      for (let i = 0; i < 5; i++) await undefined;
    } while (rfb._display.pending());
    const { width, height } = canvas;
    const picture =
      width > 0 ? canvas.getContext('2d')!.getImageData(0, 0, width, height).data : [];
    const state = {
      screen: `${width} by ${height}, ${hash(picture)}`,
      cursor: canvas.style.cursor,
      events,
      sent: hash(channel.sent),
    };
    rfb.disconnect();
    return JSON.stringify(state);
  };

  const before = reel.before.map((turn) => Uint8Array.from(turn));
  const turns = reel.turns.map((turn) => Uint8Array.from(turn));
  const states: string[] = [];
  const cuts: Record<string, number> = {};
  const take = async (how: string, pieces: Uint8Array<ArrayBuffer>[]): Promise<void> => {
    const state = await run([...before, ...pieces]);
    if (!states.includes(state)) states.push(state);
    cuts[how] = states.indexOf(state);
  };
  await take('whole', turns);
  const bytes = turns.flatMap((turn) => Array.from(turn, (byte) => Uint8Array.of(byte)));
  await take('byte by byte', bytes);
  for (const [i, turn] of turns.entries()) {
    for (let at = every; at < turn.length; at += every) {
      const pieces = [turn.subarray(0, at), turn.subarray(at)];
      await take(`turn ${i} after ${at}`, turns.toSpliced(i, 1, ...pieces));
    }
  }
  return { name: reel.name, states, cuts };
}
