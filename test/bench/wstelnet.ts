/**
 * `npm run bench:wstelnet`: the cost of the telnet page's inspector. A server floods the page while the inspector is closed
 * or open, in turn. Measures bytes per second, and the time from a key press until the key reaches the server.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from '@playwright/test';
import { createBridge } from 'websock-client/bridge';
import { findChromium, isRoot } from '../helpers/chromium.js';

const ROUNDS = 5;
const KEYS = 15;
const WILL_ECHO_SGA = Buffer.from('fffb01fffb03', 'hex');
const BLOCK = `${'the quick brown fox '.repeat(4)}\r\n`.repeat(800);

/** Called when the server receives the key. */
let onKey = (): void => {};
const server = createServer((socket) => {
  socket.on('error', () => {});
  socket.write(WILL_ECHO_SGA);
  const flood = (): void => {
    while (socket.write(BLOCK));
  };
  socket.on('data', (bytes) => {
    if (bytes.includes(0x66)) socket.on('drain', flood);
    if (bytes.includes(0x66)) flood();
    if (bytes.includes(0x78)) onKey();
  });
});

async function round(
  page: Page,
  url: string,
  isOpen: boolean,
): Promise<[rate: number, key: number]> {
  await page.goto(url);
  if (isOpen) await page.getByRole('button', { name: 'Inspector' }).click();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await page.locator('#state', { hasText: 'Connected' }).waitFor();
  await page.keyboard.type('f');
  await page.waitForTimeout(1000);
  const times: number[] = [];
  const received = async (): Promise<number> => {
    const [number, unit] = (await page.locator('#bytes-in').textContent())!.split(' ');
    return Number(number) * { B: 1e-6, kB: 1e-3, MB: 1 }[unit as 'B' | 'kB' | 'MB'];
  };
  const [before, began] = [await received(), performance.now()];
  for (let i = 0; i < KEYS; i++) {
    const came = new Promise<void>((resolve) => (onKey = resolve));
    const pressed = performance.now();
    await page.keyboard.press('x');
    await came;
    times.push(performance.now() - pressed);
    await page.waitForTimeout(200);
  }
  const rate = (await received()) - before;
  return [(rate * 1000) / (performance.now() - began), median(times)];
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

async function main(): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const web = fileURLToPath(new URL('../wstelnet', import.meta.url));
  const { port } = server.address() as AddressInfo;
  const bridge = createBridge({ target: { host: '127.0.0.1', port }, web });
  const { port: own } = await bridge.listen(0);
  const browser = await chromium.launch({
    executablePath: findChromium(),
    chromiumSandbox: !isRoot,
  });
  const page = await browser.newPage();
  page.on('dialog', (dialog) => void dialog.accept());
  const results = { closed: [] as [number, number][], open: [] as [number, number][] };
  for (let i = 0; i < ROUNDS; i++) {
    for (const name of ['closed', 'open'] as const) {
      const result = await round(page, `http://127.0.0.1:${own}/`, name === 'open');
      results[name].push(result);
      console.log(
        `${name.padEnd(6)} ${result[0].toFixed(1)} MB/s, a key takes ${result[1].toFixed(1)} ms`,
      );
    }
  }
  const middle = (name: 'closed' | 'open', at: 0 | 1): number =>
    median(results[name].map((result) => result[at]));
  console.log(
    `median: closed ${middle('closed', 0).toFixed(1)} MB/s, ${middle('closed', 1).toFixed(1)} ms; ` +
      `open ${middle('open', 0).toFixed(1)} MB/s, ${middle('open', 1).toFixed(1)} ms`,
  );
  await browser.close();
  await bridge.close();
  server.close();
  process.exit();
}

await main();
