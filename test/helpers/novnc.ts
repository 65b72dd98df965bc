/**
 * Copies the npm package @novnc/novnc into a folder of its own and adds a page. Once served, the page has noVNC's class
 * as the global `RFB`, and counts in `drawn` how often its display was drawn.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The line that replaces everything in core/websock.js. */
const OURS = "export { default } from 'websock-client/compat';\n";

const PAGE = `<!doctype html>
<title>noVNC</title>
<script type="importmap">
  { "imports": { "websock-client/compat": "/ours/compat.js", "mitt": "/mitt.mjs" } }
</script>
<div id="screen" style="height: 800px"></div>
<script type="module">
  import RFB from './core/rfb.js';
  import Display from './core/display.js';
  const { flip } = Display.prototype;
  Display.prototype.flip = function (...args) {
    window.drawn = (window.drawn ?? 0) + 1;
    return flip.apply(this, args);
  };
  window.RFB = RFB;
</script>`;

export interface NovncCopy {
  readonly dir: string;
  remove(): void;
}

/** Makes a copy. @param websock whose core/websock.js it has */
export function copyNovnc(websock: 'ours' | 'its own'): NovncCopy {
  const dir = mkdtempSync(join(tmpdir(), 'websock-novnc-'));
  cpSync(root('node_modules/@novnc/novnc'), dir, { recursive: true });
  cpSync(root('dist'), join(dir, 'ours'), { recursive: true });
  cpSync(root('node_modules/mitt/dist/mitt.mjs'), join(dir, 'mitt.mjs'));
  writeFileSync(join(dir, 'index.html'), PAGE);
  if (websock === 'ours') writeFileSync(join(dir, 'core/websock.js'), OURS);
  return { dir, remove: () => rmSync(dir, { recursive: true }) };
}

/** Connects noVNC in a page that a bridge serves from such a copy. */
export async function connectNovnc(page: Page, port: number): Promise<void> {
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForFunction('window.RFB');
  await page.evaluate(`new Promise((done) => {
    const url = location.href.replace('http', 'ws');
    new RFB(document.querySelector('#screen'), url).addEventListener('connect', done);
  })`);
}
