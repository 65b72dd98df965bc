/** The telnet page in front of servers that a test makes up. */
import { test as base } from '@playwright/test';
import type { Socket } from 'node:net';
import { serve, type Served } from './telnet-targets.js';

interface Fixtures {
  /** Starts the page in front of a server that does this with each connection. */
  start: (onConnection: (socket: Socket) => void) => Promise<Served>;
}

export const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async start({}, use) {
    const running: Served[] = [];
    await use(async (onConnection) => {
      const served = await serve(onConnection);
      running.push(served);
      return served;
    });
    for (const served of running) await served.stop();
  },
});

/** Sends text as Latin-1, so that it can contain any byte. */
export const say = (socket: Socket, text: string): boolean => socket.write(text, 'latin1');

/** What was typed, without the page's own negotiation. */
export const typed = ({ received }: Served): string =>
  received.replace(/\xff\xfa[^]*?\xff\xf0|\xff[\xfb-\xfe][^]/g, '');
