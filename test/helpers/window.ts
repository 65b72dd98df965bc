/** The full Chromium on a screen of its own; DevTools serves only to open tabs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch } from '../conformance/launch.js';
import { findChromium, isRoot } from './chromium.js';
import { find } from './need.js';

export interface Window {
  /** Opens a tab in front of the current one. */
  openTab(url: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts Chromium with a page. */
export async function openWindow(url: string, ...flags: readonly string[]): Promise<Window> {
  const screen = launch(find('Xvfb')!, ['-displayfd', '1', '-nolisten', 'tcp']);
  const display = await Promise.race([screen.output, screen.died]);
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const browser = launch(
    findChromium(),
    [
      `--user-data-dir=${profile}`,
      '--remote-debugging-port=0',
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      ...(isRoot ? ['--no-sandbox'] : []),
      ...flags,
      url,
    ],
    { DISPLAY: `:${display.trim()}` },
  );
  return {
    async openTab(to) {
      const [port] = readFileSync(join(profile, 'DevToolsActivePort'), 'utf8').split('\n');
      const request = `http://127.0.0.1:${port}/json/new?${encodeURIComponent(to)}`;
      const response = await Promise.race([fetch(request, { method: 'PUT' }), browser.died]);
      if (!response.ok) throw new Error(`Cannot open a tab: ${await response.text()}`);
    },
    async stop() {
      await browser.stop();
      await screen.stop();
      rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
    },
  };
}
