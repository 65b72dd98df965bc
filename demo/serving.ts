/**
 * What the demos' servers share: a port to listen on, and what they print.
 */
/** A bridge, as far as the demos need one. */
export interface Listener {
  listen(port: number, host: string): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

export const HOST = '127.0.0.1';
const PORTS_TRIED = 20;

/** A page that was refused is told nothing by its browser, so it is told here. */
export function showRefusal(line: string): void {
  if (line.includes(' refused: ')) console.error(line);
}

/** Listens on the first free port from `first` on, and says so when that is another. */
export async function listen(bridge: Listener, first: number): Promise<number> {
  for (let port = first; ; port++) {
    try {
      const bound = await bridge.listen(port, HOST);
      if (port !== first) console.log(`Port ${first} is in use, so this is the next free one.`);
      return bound.port;
    } catch (error) {
      const { code } = (error as Error).cause as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' || port === 65_535 || port === first + PORTS_TRIED) throw error;
    }
  }
}
