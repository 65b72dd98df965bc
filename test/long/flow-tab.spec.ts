/** What a browser does to a page that nobody sees: the back/forward cache, and timers that fire once a minute. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test } from '@playwright/test';
import { createBridge } from 'websock-client/bridge';
import { startBlockTarget } from '../helpers/flow/block-target.js';
import { BLOCK, hashOf } from '../helpers/flow/blocks.js';
import { startPages } from '../helpers/flow/pages.js';
import { lacking } from '../helpers/need.js';
import { openWindow } from '../helpers/window.js';

const BLOCKS = 100;
/** Limits timers to once a minute after 10 s instead of 5 minutes, also for pages with a WebSocket. */
const THROTTLING =
  '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10,AllowAggressiveThrottlingWithWebSocket';

const reason = lacking('Xvfb');
test.skip(({ browserName }) => browserName !== 'chromium' || reason !== undefined, reason);

/** A bridge in front of a port, open to pages of one origin. */
async function startBridge(target: number, origin: string) {
  const bridge = createBridge({
    target: { host: '127.0.0.1', port: target },
    allowOrigins: [origin],
  });
  const { port } = await bridge.listen(0);
  return { port, stop: () => bridge.close() };
}

const away = (port: number) => `
  const [{ notRestoredReasons }] = performance.getEntriesByType('navigation');
  if (sessionStorage.left) await report('back', { persisted: false, notRestoredReasons });
  else {
    const sock = new Websock({ flow: flow() });
    const events = [];
    for (const name of ['suspended', 'resumed', 'error', 'close']) {
      sock.on(name, () => events.push(name));
    }
    sock.open('ws://127.0.0.1:${port}/');
    await sock.opened;
    const read = async (length) => new TextDecoder().decode(await sock.read(length));
    const hello = await read(5);
    addEventListener('pageshow', async ({ persisted }) => {
      sock.send('and back');
      await report('back', { persisted, hello, said: await read(16), events });
    });
    sessionStorage.left = true;
    location.href = '/away';
  }
`;

test('the session continues after the page returns from the back/forward cache', async () => {
  const scripts: Record<string, string> = {};
  const pages = await startPages(scripts);
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
    socket.write('hello');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bridge = await startBridge((server.address() as AddressInfo).port, pages.origin);
  scripts['/'] = away(bridge.port);
  scripts['/away'] = `
    await report('away');
    await allowed('return');
    history.back();
  `;
  const window = await openWindow(`${pages.origin}/`);
  try {
    await pages.reported('away');
    expect(sockets).toHaveLength(1);
    sockets[0]!.write('said to nobody..');
    pages.allow('return');
    const back = await pages.reported<{ events: string[] }>('back');
    console.log(`Back from the cache: ${JSON.stringify(back)}`);
    expect(back).toMatchObject({ persisted: true, hello: 'hello', said: 'said to nobody..' });
    expect(back.events).toEqual(['suspended', 'resumed']);
    expect(sockets).toHaveLength(1);
    let typed = '';
    for await (const bytes of sockets[0]!) {
      typed += String(bytes);
      if (typed === 'and back') break;
    }
  } finally {
    await window.stop();
    await bridge.stop();
    for (const socket of sockets) socket.destroy();
    server.close();
    pages.close();
  }
});

const hidden = (port: number) => `
  const sock = new Websock({ flow: flow({ halfOpen: true }) });
  sock.open('ws://127.0.0.1:${port}/');
  await sock.opened;
  await report('open', document.visibilityState);
  // Until timers come once a minute.
  let before = performance.now();
  await new Promise((resolve) => {
    const look = () => {
      const gap = performance.now() - before;
      before += gap;
      if (gap > 30_000) resolve();
      else setTimeout(look, 500);
    };
    look();
  });
  let last = performance.now();
  let stall = 0;
  const moved = () => {
    const now = performance.now();
    stall = Math.max(stall, now - last);
    last = now;
  };
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 100);
  const begun = last;
  let value = 0;
  for (let index = 0; index < ${BLOCKS}; index++) {
    value = hash(value, await sock.read(BLOCK));
    moved();
  }
  const down = last - begun;
  for (let index = 0; index < ${BLOCKS}; index++) {
    const block = new Uint8Array(BLOCK);
    fill(block, index);
    await sock.write(block);
    moved();
  }
  await sock.end();
  moved();
  const up = last - begun - down;
  clearInterval(ticking);
  await report('done', { value, stall, down, up, ticks, visibility: document.visibilityState });
`;

interface Done {
  value: number;
  stall: number;
  down: number;
  up: number;
  ticks: number;
  visibility: string;
}

test('a hidden tab whose timers come once a minute moves 100 MB each way without a stall', async () => {
  const scripts: Record<string, string> = {};
  const pages = await startPages(scripts);
  const target = await startBlockTarget(BLOCKS);
  const bridge = await startBridge(target.port, pages.origin);
  scripts['/'] = hidden(bridge.port);
  const window = await openWindow(`${pages.origin}/`, THROTTLING);
  try {
    expect(await pages.reported('open')).toBe('visible');
    await window.openTab('about:blank');
    const done = await pages.reported<Done>('done');
    const [stall, down, up] = [done.stall, done.down, done.up].map(Math.round);
    console.log(
      `Hidden: 100 MB down in ${down} ms, up in ${up} ms, the longest stall ${stall} ms, ${done.ticks} ticks of a timer of 100 ms`,
    );
    const value = hashOf(BLOCKS);
    expect(done).toMatchObject({ value, visibility: 'hidden' });
    expect(await target.received).toEqual({ size: BLOCKS * BLOCK, value });
    expect(done.stall).toBeLessThan(1000);
  } finally {
    await window.stop();
    await bridge.stop();
    target.close();
    pages.close();
  }
});
