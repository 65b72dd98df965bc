/** Half-close over streams: our direction ends, the peer's continues. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { Websock } from '../../../src/index.js';
import { streamPair, type BytePair } from '../../../src/testing/index.js';
import { FakeSocketStream } from '../../helpers/fake-stream.js';

const MIB = 1024 * 1024;
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

function join(): { sock: Websock; peer: BytePair } {
  const [ours, peer] = streamPair();
  const sock = new Websock();
  sock.attach(ours);
  return { sock, peer };
}

/** Reads to the end and counts the bytes. */
async function count({ readable }: BytePair): Promise<number> {
  let size = 0;
  for await (const chunk of readable as unknown as AsyncIterable<Uint8Array>) size += chunk.length;
  return size;
}

describe('end() over a pair of streams', () => {
  it('lets a TCP server answer at the end of its input', async () => {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      let all = '';
      socket.on('data', (bytes) => (all += String(bytes)));
      socket.on('end', () => socket.end(all.toUpperCase()));
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    const sock = new Websock();
    sock.attach(Duplex.toWeb(socket));
    sock.sQpushString('a question');
    const ended = sock.end();
    expect(new TextDecoder().decode(await sock.read(10))).toBe('A QUESTION');
    await ended;
    expect((await sock.closed).wasClean).toBe(true);
  });

  it('takes effect after everything pushed, however slowly it is taken', async () => {
    const { sock, peer } = join();
    sock.send(new Uint8Array(4 * MIB));
    const ended = sock.end();
    sock.send('too late');
    expect(await count(peer)).toBe(4 * MIB);
    await ended;
    expect(sock.readyState).toBe('open');
    const writer = peer.writable.getWriter();
    void writer.write(Uint8Array.of(7));
    expect(await sock.readUint8()).toBe(7);
    void writer.close();
    expect(await sock.closed).toMatchObject({ code: 1005, wasClean: true });
  });

  it('may be called twice, and may be followed by close()', async () => {
    const { sock, peer } = join();
    const errors: string[] = [];
    sock.on('error', ({ code }) => errors.push(code));
    sock.send('bye');
    const counted = count(peer);
    await Promise.all([sock.end(), sock.end()]);
    expect(await counted).toBe(3);
    sock.close();
    expect(await sock.closed).toMatchObject({ code: 1000, wasClean: true });
    expect(errors).toEqual([]);
    // The peer learns that nobody reads any more.
    await expect(peer.writable.getWriter().closed).rejects.toBeUndefined();
  });

  it('rejects if the connection breaks', async () => {
    const { sock, peer } = join();
    sock.send(new Uint8Array(4 * MIB));
    const ended = sock.end();
    await peer.readable.cancel(new Error('gone'));
    await expect(ended).rejects.toMatchObject({ code: 'ERR_CLOSED' });
    expect((await sock.closed).code).toBe(1006);
  });
});

describe('end() over a WebSocketStream', () => {
  it('is refused: its directions end together', async () => {
    const stream = new FakeSocketStream().open();
    const sock = new Websock();
    sock.attach(stream);
    await sock.opened;
    await expect(sock.end()).rejects.toMatchObject({ code: 'ERR_STATE' });
    sock.dispose();
  });
});
