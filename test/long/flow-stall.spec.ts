/** With flow, a page that stops reading stops the server, in any browser, and gets all bytes afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@playwright/test';
import { createBridge } from 'websock-client/bridge';
import { startWebKit } from '../conformance/webkit.js';
import { startBlockTarget } from '../helpers/flow/block-target.js';
import { BLOCK, hashOf } from '../helpers/flow/blocks.js';
import { startPages } from '../helpers/flow/pages.js';
import { lacking } from '../helpers/need.js';

const MIB = 1024 * 1024;
const BLOCKS = 400;

const script = (port: number) => `
  const sock = new Websock({ flow: flow() });
  sock.open('ws://127.0.0.1:${port}/');
  await sock.opened;
  let value = hash(0, await sock.read(BLOCK));
  await report('stopped', sock.protocol);
  await allowed('go');
  const unread = sock.rQlen();
  for (let index = 1; index < ${BLOCKS}; index++) value = hash(value, await sock.read(BLOCK));
  const { code } = await sock.closed;
  await report('done', { value, code, unread, bytesReceived: sock.bytesReceived });
`;

interface Done {
  value: number;
  code: number;
  unread: number;
  bytesReceived: number;
}

async function stall(name: string, visit: (url: string) => Promise<unknown>): Promise<void> {
  const scripts: Record<string, string> = {};
  const pages = await startPages(scripts);
  const target = await startBlockTarget(BLOCKS);
  const bridge = createBridge({
    target: { host: '127.0.0.1', port: target.port },
    allowOrigins: [pages.origin],
  });
  const { port } = await bridge.listen(0);
  scripts['/'] = script(port);
  try {
    await visit(pages.origin);
    expect(await pages.reported('stopped')).toBe('v1.flow.websock');
    // Wait until the target has sent nothing for a second.
    for (let before = -1; before !== target.left(); await delay(1000)) before = target.left();
    const ahead = target.left() - BLOCK;
    const { down } = bridge.carried;
    pages.allow('go');
    const done = await pages.reported<Done>('done');
    const [gone, sent, unread] = [ahead, down - BLOCK, done.unread].map((n) =>
      (n / MIB).toFixed(2),
    );
    console.log(
      `${name}: the server got rid of ${gone} MiB more than was read, the bridge of ${sent}; ${unread} were unread`,
    );
    expect(done).toMatchObject({
      value: hashOf(BLOCKS),
      code: 1000,
      bytesReceived: BLOCKS * BLOCK,
    });
    expect(ahead).toBeLessThan(8 * MIB);
  } finally {
    await bridge.close();
    target.close();
    pages.close();
  }
}

test('a page that stops reading 400 MB stops the server', async ({ page, browserName }) => {
  await stall(browserName, (url) => page.goto(url));
});

test('a page in WebKitGTK that stops reading 400 MB stops the server', async ({ browserName }) => {
  test.skip(browserName === 'firefox', 'once is enough');
  const reason = lacking('Xvfb', 'WebKitWebDriver');
  test.skip(reason !== undefined, reason);
  let stop = async (): Promise<void> => {};
  try {
    await stall('WebKitGTK', async (url) => {
      const started = await startWebKit(url);
      ({ stop } = started);
    });
  } finally {
    await stop();
  }
});
