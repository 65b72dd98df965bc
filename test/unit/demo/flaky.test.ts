/**
 * The unreliable network of `--flaky`: it passes bytes on and breaks connections.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { flaky } from '../../../demo/flaky.js';
import { HOST, type Listener } from '../../../demo/serving.js';

/** An echo server. */
function echo(): Listener {
  const server = createServer((socket) => socket.on('error', () => {}).pipe(socket));
  return {
    async listen(port, host) {
      server.listen(port, host);
      await once(server, 'listening');
      return server.address() as AddressInfo;
    },
    async close() {
      server.close();
    },
  };
}

it('resets connections again and again, and carries bytes in between', async () => {
  const network = flaky(echo(), 0.3);
  const { port } = await network.listen(0, HOST);
  onTestFinished(() => network.close());
  let echoed = 0;
  for (let count = 0; count < 3; count += 1) {
    const socket = connect(port, HOST).on('data', () => (echoed += 1));
    socket.write('word');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNRESET');
  }
  expect(echoed).toBeGreaterThan(0);
});

it('reports a port in use the way a bridge does', async () => {
  const [one, other] = [flaky(echo(), 1), flaky(echo(), 1)];
  onTestFinished(() => one.close());
  onTestFinished(() => other.close());
  const { port } = await one.listen(0, HOST);
  await expect(other.listen(port, HOST)).rejects.toMatchObject({ cause: { code: 'EADDRINUSE' } });
});
