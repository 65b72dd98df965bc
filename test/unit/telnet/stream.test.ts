import { deflateSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { Websock, WebsockClosedError } from '../../../src/index.js';
import { ECHO, MCCP2, TelnetStream, type TelnetStreamOptions } from '../../../src/telnet/index.js';
import { FakeWebSocket, streamPair } from '../../../src/testing/index.js';
import { bytes, hex } from './bytes.js';

/** A stream and its peer. */
function connect(options?: TelnetStreamOptions) {
  const [near, far] = streamPair();
  const stream = new TelnetStream(near, options);
  const writer = far.writable.getWriter();
  const reader = far.readable.getReader();
  return {
    stream,
    reader,
    writer,
    say: (data: string | Uint8Array) =>
      writer.write(typeof data === 'string' ? new TextEncoder().encode(data) : data.slice()),
    heard: async () => hex((await reader.read()).value!),
  };
}

const text = (data: Uint8Array | null) => new TextDecoder().decode(data!);

it('reads data and answers options, however the two are mixed', async () => {
  const { stream, say, heard } = connect({ remote: [ECHO] });
  const prompt = stream.readUntil('login: ');
  void say(bytes('ff fb 01 6c ff fd 18 6f'));
  expect(await heard()).toBe('ff fd 01');
  expect(await heard()).toBe('ff fc 18');
  void say('gin: more');
  expect(text(await prompt)).toBe('login: ');
  expect(text(await stream.read(2))).toBe('mo');
  expect(text(await stream.readSome())).toBe('re');
  expect(stream.telnet.enabled('remote', ECHO)).toBe(true);
});

it('writes text and bytes with telnet’s escapes', async () => {
  const { stream, heard } = connect();
  const written = stream.write('é\r\n');
  expect(await heard()).toBe('c3 a9 0d 0a');
  await written;
  void stream.write(bytes('ff 0d'));
  expect(await heard()).toBe('ff ff 0d 00');
});

it('at the end, iteration and readSome finish, and an exact read rejects, keeping the rest', async () => {
  const { stream, say, writer } = connect();
  void say('rest').then(() => writer.close());
  await expect(stream.read(10)).rejects.toMatchObject({
    name: 'WebsockClosedError',
    closeCode: 1000,
    available: 4,
  });
  const chunks: string[] = [];
  for await (const chunk of stream) chunks.push(text(chunk));
  expect(chunks.join('')).toBe('rest');
  expect(await stream.readSome()).toBeNull();
  await stream.closed;
});

it('fails with its channel’s error as the cause', async () => {
  const { stream, writer } = connect();
  const read = stream.readSome();
  const cause = new Error('lost');
  void writer.abort(cause);
  await expect(read).rejects.toMatchObject({ code: 'ERR_CLOSED', closeCode: 1006, cause });
  await expect(stream.read(1)).rejects.toThrow('the connection was closed (1006): lost');
  await stream.closed;
});

it("fails with its socket's own error, which has the close code and the reason", async () => {
  const channel = new FakeWebSocket().open();
  const sock = new Websock();
  sock.attach(channel);
  const stream = new TelnetStream(sock);
  const read = stream.read(1);
  channel.end(1011, 'the target failed');
  const error = await read.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WebsockClosedError);
  expect(error).toMatchObject({ closeCode: 1011, reason: 'the target failed' });
  await stream.closed;
});

it('stops its peer at the mark, and takes more for a read that needs it', async () => {
  const { stream, say } = connect({ receiveHighWaterMark: 100 });
  let taken = 0;
  const flood = (async () => {
    for (; taken < 50; taken++) await say(new Uint8Array(50).fill(0x61));
  })();
  await new Promise(setImmediate);
  await expect.poll(() => stream.length).toBe(100);
  expect(taken).toBeLessThan(10);
  expect((await stream.read(2400)).length).toBe(2400);
  expect((await stream.read(100)).length).toBe(100);
  await flood;
});

it('fails when inflated bytes exceed its limit', async () => {
  const { stream, say } = connect({ remote: [MCCP2], receiveLimit: 10_000 });
  const bomb = deflateSync(Buffer.alloc(1_000_000, 0x61));
  void say(Buffer.concat([bytes('ff fb 56 ff fa 56 ff f0'), bomb])).catch(() => {});
  await stream.closed;
  await expect(stream.read(10_000)).rejects.toMatchObject({ code: 'ERR_RECEIVE_OVERFLOW' });
});

it('inflates MCCP2', async () => {
  const { stream, say, heard } = connect({ remote: [MCCP2] });
  void say(bytes('ff fb 56'));
  expect(await heard()).toBe('ff fd 56');
  void say(Buffer.concat([bytes('3e ff fa 56 ff f0'), deflateSync(Buffer.from('compressed'))]));
  expect(text(await stream.readUntil('ssed'))).toBe('>compressed');
});

it('keeps unread bytes when the channel reuses its memory', async () => {
  const { stream, writer } = connect();
  const memory = new TextEncoder().encode('x'.repeat(5000));
  await writer.write(memory);
  await expect.poll(() => stream.length).toBe(5000);
  memory.fill(0);
  expect(text(await stream.read(5000))).toBe('x'.repeat(5000));
});

it('stops reading while its peer takes no answers', async () => {
  const { stream, say, reader } = connect();
  let taken = 0;
  const flood = (async () => {
    // The stream answers each with a refusal.
    for (; taken < 1000; taken++) await say(bytes('ff fb 01'));
  })();
  for (let i = 0; i < 50; i++) await new Promise(setImmediate);
  expect(taken).toBeLessThan(100);
  void (async () => {
    while (!(await reader.read()).done);
  })();
  await flood;
  await stream.close();
});

it('closes both directions', async () => {
  const { stream, reader } = connect();
  const end = reader.read();
  await stream.close();
  expect((await end).done).toBe(true);
  await stream.closed;
});
