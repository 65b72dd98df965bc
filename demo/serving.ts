/**
 * What the demos' servers share: a port to listen on, and what they print.
 */
/** The part of a bridge that the demos use. */
export interface Listener {
  listen(port: number, host: string): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

export const HOST = '127.0.0.1';
const PORTS_TRIED = 20;

/** Prints a refusal, since a browser does not tell the page about it. */
export function showRefusal(line: string): void {
  if (line.includes(' refused: ')) console.error(line);
}

/** Listens on the first free port from `first` on, and says so if that is another one. */
export async function listen(bridge: Listener, first: number): Promise<number> {
  for (let port = first; ; port++) {
    try {
      const bound = await bridge.listen(port, HOST);
      if (port !== first) console.log(`Port ${first} is in use; using ${port}, the next free one.`);
      return bound.port;
    } catch (error) {
      const { code } = (error as Error).cause as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' || port === 65_535 || port === first + PORTS_TRIED) throw error;
    }
  }
}
