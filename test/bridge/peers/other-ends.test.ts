/**
 * Our client against other people's servers and against other proxies in front of our bridge, and clients of the
 * websockify-js era against our bridge. All of these are real programs on loopback.
 */
import { on, once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { Websock as CompatWebsock } from '../../../src/compat/index.js';
import { Websock } from '../../../src/index.js';
import { newClient, startBridge, startEcho, startTarget } from '../../helpers/bridge.js';
import { pattern, same } from '../../helpers/bytes.js';
import { lacking } from '../../helpers/need.js';
import { startHaproxy, startLighttpd, startNginx, type Server } from '../../helpers/servers.js';
import { startWebsockify } from '../../helpers/websockify.js';

interface End {
  name: string;
  program: string;
  /** Whether it forwards everything that came before a close; websockify drops what its target has not taken by then. */
  keepsTail: boolean;
  /** Starts it in front of a TCP server. */
  start(target: number): Promise<Server>;
}

const before =
  (proxy: (target: number) => Promise<Server>) =>
  async (target: number): Promise<Server> =>
    proxy((await startBridge(target)).port);

const ends: End[] = [
  { name: 'websockify', program: 'websockify', keepsTail: false, start: startWebsockify },
  {
    name: 'lighttpd with mod_wstunnel',
    program: 'lighttpd',
    keepsTail: false,
    start: startLighttpd,
  },
  { name: 'nginx before our bridge', program: 'nginx', keepsTail: true, start: before(startNginx) },
  {
    name: 'HAProxy before our bridge',
    program: 'haproxy',
    keepsTail: true,
    start: before(startHaproxy),
  },
];

const MiB = 1024 * 1024;

describe.each(ends)('$name', ({ program, keepsTail, start }) => {
  const reason = lacking(program);

  async function connect(target: number, protocols: string[] = ['binary']): Promise<Websock> {
    const server = await start(target);
    const sock = new Websock({ WebSocket });
    onTestFinished(async () => {
      sock.dispose();
      await server.stop();
    });
    sock.open(`ws://127.0.0.1:${server.port}/`, protocols);
    await sock.opened;
    return sock;
  }

  it.skipIf(reason)(`brings 4 MiB back whole, cut as it likes${note(reason)}`, async () => {
    const sock = await connect((await startEcho()).port);
    expect(sock.protocol).toBe('binary');
    const bytes = pattern(4 * MiB);
    const writing = (async () => {
      for (let at = 0; at < bytes.length; at += 100_000) {
        await sock.write(bytes.subarray(at, at + 100_000));
      }
    })();
    const back = new Uint8Array(bytes.length);
    for (let at = 0; at < back.length; at += 70_001) {
      await sock.readInto(back.subarray(at, at + 70_001));
    }
    await writing;
    expect(same(back, bytes)).toBe(true);
  });

  it.skipIf(reason)(
    `delivers all that the target sent before it ended${note(reason)}`,
    async () => {
      const bytes = pattern(MiB);
      const target = await startTarget((socket) => socket.once('data', () => socket.end(bytes)));
      const sock = await connect(target.port);
      sock.send(Uint8Array.of(1));
      expect(same(await sock.read(bytes.length), bytes)).toBe(true);
      await sock.closed;
      expect(sock.rQlen()).toBe(0);
    },
  );

  // The other programs may drop what they have not passed on when the close arrives.
  if (!keepsTail) return;
  it.skipIf(reason)(
    `delivers to the target all that was sent before close()${note(reason)}`,
    async () => {
      const target = await startTarget();
      const sock = await connect(target.port);
      const bytes = pattern(MiB);
      const socket = await target.accept();
      const chunks: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => chunks.push(chunk));
      const ended = Promise.race([once(socket, 'end'), once(socket, 'close')]);
      sock.send(bytes);
      sock.close();
      await ended;
      socket.destroy();
      expect(same(Buffer.concat(chunks), bytes)).toBe(true);
      await sock.closed;
    },
  );
});

describe('clients of the websockify-js era against our bridge', () => {
  it.each([['binary'], ['base64']])('offers %s alone', async (protocol) => {
    const { port } = await startBridge((await startEcho()).port);
    const sock = new CompatWebsock({ WebSocket });
    onTestFinished(() => sock.dispose());
    const text = new Promise<string>((resolve) => {
      sock.on('message', () => {
        if (!sock.rQwait('echo', 5)) resolve(sock.rQshiftStr(5));
      });
    });
    sock.on('open', () => sock.send_string('h\xe9llo'));
    sock.open(`ws://127.0.0.1:${port}/`, protocol);
    expect(await text).toBe('h\xe9llo');
    expect(sock.protocol).toBe(protocol);
  });

  it('offers both, as websockify-js did by itself, and gets binary', async () => {
    const { port } = await startBridge((await startEcho()).port);
    const sock = new CompatWebsock({ WebSocket });
    onTestFinished(() => sock.dispose());
    sock.open(`ws://127.0.0.1:${port}/`);
    await sock.opened;
    expect(sock.protocol).toBe('binary');
  });

  it('Base64 by hand: text frames, each encoded by itself', async () => {
    const { port } = await startBridge((await startEcho()).port);
    const ws = newClient(port, ['base64']);
    await once(ws, 'open');
    const messages = on(ws, 'message');
    ws.send('aGVs');
    ws.send('bG8=');
    let bytes = '';
    while (bytes.length < 5) {
      const [data, isBinary] = (await messages.next()).value as [Buffer, boolean];
      expect(isBinary).toBe(false);
      bytes += Buffer.from(String(data), 'base64').toString('latin1');
    }
    expect(bytes).toBe('hello');
  });
});

function note(reason: string | undefined): string {
  return reason === undefined ? '' : ` (skipped: ${reason})`;
}
