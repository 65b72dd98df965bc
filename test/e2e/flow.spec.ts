/**
 * A stream that outlives its WebSocket, in real browsers: across a network cut, across a reload, and in a duplicated tab.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, test as base, type Page } from '@playwright/test';
import type * as flowEntry from 'websock-client/flow';
import type * as client from 'websock-client';
import { createBridge } from 'websock-client/bridge';
import { cuttable, type Cuttable } from '../helpers/flow/cuttable.js';
import { createFlowServer } from '../helpers/flow/server.js';
import { lacking } from '../helpers/need.js';
import { startInetd } from '../helpers/telnet-targets.js';

/** The page's globals. */
declare global {
  var sock: client.Websock;
  var entries: typeof client & typeof flowEntry;
}

const PAGE = `<!doctype html><title>flow</title>
<script type="importmap">{"imports":{"mitt":"/node_modules/mitt/dist/mitt.mjs"}}</script>
<script type="module">
  import * as client from '/dist/index.js';
  import * as flow from '/dist/flow.js';
  globalThis.entries = { ...client, ...flow };
  globalThis.WebSocketStream = class {
    constructor() {
      throw new Error('flow takes a WebSocket');
    }
  };
</script>`;

interface Fixtures {
  /** The network between the page and an echo server. */
  network: Cuttable;
  /** Opens the page. */
  visit: (page: Page) => Promise<void>;
}

const listen = async (server: {
  listen(port: number, host: string): unknown;
  address(): unknown;
}): Promise<number> => {
  server.listen(0, '127.0.0.1');
  await once(server as never, 'listening');
  return (server.address() as AddressInfo).port;
};

const test = base.extend<Fixtures>({
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async network({}, use) {
    const targets = new Set<Socket>();
    const echo = createServer((socket) => {
      targets.add(socket);
      socket.on('error', () => {}).on('close', () => targets.delete(socket));
      socket.pipe(socket);
    });
    const server = createFlowServer(await listen(echo));
    const network = await cuttable(await listen(server));
    await use(network);
    await network.close();
    for (const socket of targets) socket.destroy();
    server.close();
    echo.close();
  },
  // eslint-disable-next-line no-empty-pattern -- Playwright wants a pattern here
  async visit({}, use) {
    const root = new URL('../../', import.meta.url);
    const pages = createHttpServer(({ url = '/' }, response) => {
      const isModule = /^\/(dist|node_modules\/mitt)\/[\w./-]+$/.test(url);
      response.setHeader('Content-Type', isModule ? 'text/javascript' : 'text/html');
      response.end(isModule ? readFileSync(new URL(`.${url}`, root)) : PAGE);
    });
    const port = await listen(pages);
    await use(async (page) => {
      await page.goto(`http://127.0.0.1:${port}/`);
      await page.waitForFunction(() => 'entries' in globalThis);
    });
    pages.closeAllConnections();
    pages.close();
  },
});

const open = (page: Page, port: number): Promise<void> =>
  page.evaluate(async (to) => {
    const { Websock, flow } = entries;
    globalThis.sock = new Websock({ transport: 'auto', flow: flow({ retry: () => 50 }) });
    sock.open(`ws://127.0.0.1:${to}/`);
    await sock.opened;
  }, port);

test('cuts of the network lose no byte', async ({ page, network, visit }) => {
  await visit(page);
  await open(page, network.port);
  const size = 8_000_000;
  network.cutEvery(1_500_000);
  const result = await page.evaluate(async (length) => {
    const sent = new Uint8Array(length);
    for (let at = 0; at < length; at += 65_536) {
      crypto.getRandomValues(sent.subarray(at, Math.min(length, at + 65_536)));
    }
    const writing = (async () => {
      for (let at = 0; at < length; at += 50_000) {
        await sock.write(sent.subarray(at, at + 50_000));
      }
    })();
    const received = await sock.read(length);
    await writing;
    const digest = async (bytes: Uint8Array<ArrayBuffer>) =>
      String(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
    const isEqual = (await digest(received)) === (await digest(sent));
    return [isEqual, sock.bytesReceived, sock.bytesSent];
  }, size);
  network.cutEvery(Infinity);
  expect(result).toEqual([true, size, size]);
  expect(network.connections).toBeGreaterThan(5);
  const end = await page.evaluate(async () => {
    sock.close();
    return (await sock.closed).code;
  });
  expect(end).toBe(1000);
});

test('a reloaded page continues from a frozen state', async ({ page, network, visit }) => {
  await visit(page);
  await open(page, network.port);
  await page.evaluate(async () => {
    sock.send('one two ');
    await sock.read(4);
    while (sock.rQlen() < 4) await sock.once('message');
    addEventListener('pagehide', () => {
      sock.sQpushString('three');
      sessionStorage.setItem('sock', sock.freeze());
    });
  });
  await page.reload();
  await page.waitForFunction(() => 'entries' in globalThis);
  const text = await page.evaluate(async () => {
    const { Websock, flow } = entries;
    const thawed = Websock.thaw(sessionStorage.getItem('sock')!, { flow: flow() });
    return new TextDecoder().decode(await thawed.read(9));
  });
  expect(text).toBe('two three');
});

test('of a duplicated tab one copy continues, and the other gets ERR_RESUME', async ({
  page,
  network,
  visit,
}) => {
  await visit(page);
  await open(page, network.port);
  const other = await page.context().newPage();
  await visit(other);
  const state = await page.evaluate(() => sock.freeze());
  const thaw = (tab: Page): Promise<string> =>
    tab.evaluate(async (frozen) => {
      const { Websock, flow } = entries;
      const thawed = Websock.thaw(frozen, { flow: flow() });
      const failed = thawed.once('error').then(({ code }) => code);
      thawed.send('hello');
      const echoed = thawed.read(5).then((bytes) => new TextDecoder().decode(bytes));
      return Promise.race([failed, echoed]);
    }, state);
  expect(await thaw(page)).toBe('hello');
  expect(await thaw(other)).toBe('ERR_RESUME');
});

test('half-close: a real server answers at end of input, through the bridge', async ({
  page,
  visit,
}) => {
  const reason = lacking('socat', 'sort');
  test.skip(reason !== undefined, reason);
  await visit(page);
  // socat passes the end of input on, then waits up to 60 s for the rest of the answer.
  const server = await startInetd('sort', '-t60');
  const bridge = createBridge({
    target: { host: '127.0.0.1', port: server.port },
    allowOrigins: [new URL(page.url()).origin],
  });
  const { port } = await bridge.listen(0);
  const result = await page.evaluate(async (to) => {
    const { Websock, flow } = entries;
    const half = new Websock({ flow: flow({ halfOpen: true }) });
    half.open(`ws://127.0.0.1:${to}/`);
    await half.opened;
    // 10 MB of unsorted lines.
    const count = 10_000;
    const lines = Array.from(
      { length: count },
      (_, index) => `${String((index * 7919) % count).padStart(999, '0')}\n`,
    );
    for (let at = 0; at < count; at += 100) {
      await half.write(lines.slice(at, at + 100).join(''));
    }
    await half.end();
    const decoder = new TextDecoder();
    let answer = '';
    for (let bytes; (bytes = await half.readSome());) answer += decoder.decode(bytes);
    half.close();
    return [answer === lines.toSorted().join(''), (await half.closed).code];
  }, port);
  expect(result).toEqual([true, 1000]);
  await bridge.close();
  await server.stop();
});
