/**
 * What the demos' servers share: their arguments, and a port to listen on.
 */
import type { Address, Bridge } from 'websock-client/bridge';

export const HOST = '127.0.0.1';
const PORTS_TRIED = 20;

/** A page that was refused is told nothing by its browser, so it is told here. */
export function showRefusal(line: string): void {
  if (line.includes(' refused: ')) console.error(line);
}

/** Listens on the first free port from `first` on, and says so when that is another. */
export async function listen(bridge: Bridge, first: number): Promise<number> {
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

export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new RangeError(`Cannot serve on port ${text}: it must be an integer from 0 to 65535`);
}

export function parseTarget(text: string): Address {
  const [, v6, name, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (port >= 1 && port <= 65_535) return { host: v6 ?? name, port };
  throw new RangeError(
    `Cannot connect to ${text}: a target is HOST:PORT, the port from 1 to 65535`,
  );
}
