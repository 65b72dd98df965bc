/**
 * A page from the days of websockify-js, with dist/websock-compat.min.js in its only script tag.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { startEcho } from '../helpers/echo.js';

const FILE = fileURLToPath(new URL('../../dist/websock-compat.min.js', import.meta.url));

const PAGE = `<!DOCTYPE html>
<html>
<head><title>Echo</title><script src="websock-compat.min.js"></script></head>
<body onload="connect()">
  <input id="line"><button onclick="say()">Say</button><pre id="log"></pre>
  <script>
    var ws, log = document.getElementById('log');
    function show(text) { log.appendChild(document.createTextNode(text)); }
    function receive() {
      var bytes = ws.rQshiftBytes(ws.rQlen()), text = '';
      for (var i = 0; i < bytes.length; i++) { text += String.fromCharCode(bytes[i]); }
      show(text);
    }
    function connect() {
      ws = new Websock();
      ws.on('message', receive);
      ws.on('open', function () { show('[open]'); ws.send([104, 105, 10]); });
      ws.on('close', function () { show('[closed]'); });
      ws.on('error', function (e) { show('[error ' + e + ']'); });
      ws.open('ws://' + location.host + '/');
    }
    function say() { ws.send_string(document.getElementById('line').value + '\\n'); }
  </script>
</body>
</html>`;

test('an old page works with the one script', async ({ page }) => {
  const dir = mkdtempSync(join(tmpdir(), 'websock-old-page-'));
  writeFileSync(join(dir, 'index.html'), PAGE);
  cpSync(FILE, join(dir, 'websock-compat.min.js'));
  const echo = await startEcho(dir);
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  try {
    await page.goto(echo.url);
    const log = page.locator('#log');
    await expect(log).toHaveText('[open]hi\n');
    await page.locator('#line').fill('grüße');
    await page.getByRole('button').click();
    await expect(log).toHaveText('[open]hi\ngrüße\n');
    await page.evaluate('ws.close()');
    await expect(log).toContainText('[closed]');
    expect(errors).toEqual([]);
  } finally {
    await echo.stop();
    rmSync(dir, { recursive: true });
  }
});
