/**
 * Two bridges behind HAProxy, as in docs/bridge.md: clients of the flow protocol find their bridge again.
 */
import { expect, onTestFinished, test, vi } from 'vitest';
import { flow } from '../../../src/flow/index.js';
import { Websock } from '../../../src/index.js';
import { startEcho } from '../../helpers/bridge.js';
import { listenCommand, makeCertificate, makeDirectory } from '../../helpers/command.js';
import { cuttable } from '../../helpers/flow/cuttable.js';
import { lacking } from '../../helpers/need.js';
import { healthOf, NAME, pageWebSocket, startHaproxy } from '../../helpers/proxies.js';

/** Sends a word, and waits until it is back. */
async function echo(sock: Websock): Promise<void> {
  sock.send('word');
  expect(new TextDecoder().decode(await sock.read(4))).toBe('word');
}

const lacks = lacking('openssl', 'haproxy');
test.skipIf(lacks)(
  `a lost client finds its bridge; a killed bridge's clients are told${lacks ? ` (${lacks})` : ''}`,
  async () => {
    const target = await startEcho();
    const args = ['-v', '--allow-host', NAME, '--max-connections-per-address', '0'];
    const start = (route: string) =>
      listenCommand(...args, '--flow-route', route, '0', `127.0.0.1:${target.port}`);
    const bridges = [await start('s0'), await start('s1')] as const;
    const files = makeCertificate(makeDirectory(), NAME);
    const targets = bridges.map(({ port }) => port);
    const changes = { 'timeout connect 5s': 'timeout connect 5s\n    retries 1' };
    const proxy = await startHaproxy({ targets, ...files, changes });
    onTestFinished(() => proxy.stop());
    await vi.waitFor(async () => expect(await healthOf(proxy)).toEqual(['L7OK', 'L7OK']), 10_000);
    const network = await cuttable(proxy.port);
    onTestFinished(() => network.close());

    const WebSocket = pageWebSocket(files.cert);
    const open = async () => {
      const sock = new Websock({ WebSocket, flow: flow({ retry: () => 20 }) });
      onTestFinished(() => sock.dispose());
      sock.open(`wss://${NAME}:${network.port}/websockify`);
      await sock.opened;
      await echo(sock);
      return sock;
    };
    const socks = [await open(), await open(), await open(), await open()];
    for (const bridge of bridges) await bridge.says(/#2 opened/);

    const cut = async (which: readonly Websock[]) => {
      const back = which.map((sock) => sock.once('resumed'));
      network.cut();
      await Promise.all(back);
      for (const sock of which) await echo(sock);
    };
    await cut(socks);

    const errors: string[] = [];
    const lost = new Set<Websock>();
    for (const sock of socks) {
      sock.on('error', ({ code, message }) => {
        errors.push(`${code}: ${message}`);
        lost.add(sock);
      });
    }
    bridges[0].child.kill('SIGKILL');
    await vi.waitFor(() => expect(lost.size).toBe(2), 20_000);
    expect(new Set(errors)).toEqual(
      new Set(['ERR_RESUME: The session is lost: The peer closed with 4404']),
    );
    await cut(socks.filter((sock) => !lost.has(sock)));
    expect(bridges[1].said()).not.toMatch(/closed/);
  },
);
