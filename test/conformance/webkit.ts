/**
 * WebKitGTK on a virtual screen, driven by a WebDriver client that does just enough to open a page.
 */
import { find } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';
import { launch } from './launch.js';
import type { Started } from './platforms.js';

/** The parts of the answers that are used: https://www.w3.org/TR/webdriver2/#endpoints */
interface Answer {
  readonly value: {
    readonly sessionId: string;
    readonly capabilities: { readonly browserVersion: string };
    readonly message?: string;
  };
}

/** Opens a page. */
export async function startWebKit(url: string): Promise<Started> {
  const screen = launch(find('Xvfb')!, ['-displayfd', '1', '-nolisten', 'tcp']);
  const display = await Promise.race([screen.output, screen.died]);
  const port = await freePort();
  const driver = launch(find('WebKitWebDriver')!, [`--port=${port}`], {
    DISPLAY: `:${display.trim()}`,
  });

  const command = async (method: string, path: string, body?: object): Promise<Answer['value']> => {
    const response = await fetch(`http://127.0.0.1:${port}/session${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`WebKitWebDriver: ${value.message}`);
    return value;
  };

  await Promise.race([listening(port), driver.died]);
  // Nothing waits for the page to load: it reports by itself.
  const alwaysMatch = {
    browserName: 'MiniBrowser',
    pageLoadStrategy: 'none',
    acceptInsecureCerts: true,
  };
  const capabilities = { alwaysMatch };
  const session = await command('POST', '', { capabilities });
  await command('POST', `/${session.sessionId}/url`, { url });
  return {
    title: `WebKitGTK ${session.capabilities.browserVersion}`,
    died: driver.died,
    async stop() {
      await command('DELETE', `/${session.sessionId}`);
      await driver.stop();
      await screen.stop();
    },
  };
}

/** Resolves when something answers on the port: the driver does not say when it is ready. */
async function listening(port: number): Promise<void> {
  for (;;) {
    try {
      await fetch(`http://127.0.0.1:${port}/status`);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
