import { constants, createInflate, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  CompressedInput,
  ECHO,
  MCCP2,
  Telnet,
  type CreateInflater,
} from '../../../src/telnet/index.js';
import { bytes } from './bytes.js';

const START = bytes('ff fa 56 ff f0');
const text = (size: number) => Buffer.from('a line of text, '.repeat(size / 16));

/** A client, with the data and the option changes that it has reported. */
function client(inflater?: CreateInflater) {
  let data = '';
  const changes: number[] = [];
  const telnet = new Telnet({
    send() {},
    data: (run) => (data += Buffer.from(run).toString('latin1')),
    change: (_, option) => changes.push(option),
    remote: [MCCP2, ECHO],
    subnegotiation: (option) => option === MCCP2 && input.start(),
  });
  const input: CompressedInput = new CompressedInput(telnet, inflater);
  return { input, changes, data: () => data };
}

/** Uses Node's zlib, which reports how much of its input belonged to the stream. */
const nodeInflater: CreateInflater = (output, fail) => {
  const inflate = createInflate();
  inflate.on('data', output).on('error', fail);
  return {
    write: (chunk) =>
      new Promise((resolve) => {
        const before = inflate.bytesWritten;
        const ended = () => resolve(chunk.subarray(inflate.bytesWritten - before));
        inflate.once('end', ended);
        inflate.write(chunk, () =>
          setImmediate(() => {
            inflate.off('end', ended);
            resolve(undefined);
          }),
        );
      }),
  };
};

const will = bytes('ff fb 56');

describe.each([
  ['DecompressionStream', undefined],
  ['a given inflater', nodeInflater],
])('%s', (_, inflater) => {
  it('inflates data and telnet after the subnegotiation, however it is split', async () => {
    const inside = Buffer.concat([
      text(3200),
      bytes('ff fb 01'),
      Buffer.from('ÿÿ'.slice(1), 'latin1'),
    ]);
    const packed = deflateSync(inside, { finishFlush: constants.Z_SYNC_FLUSH });
    const all = Buffer.concat([Buffer.from('hello '), will, START, packed]);
    for (const size of [1, 7, 14, 15, 40, all.length]) {
      const { input, changes, data } = client(inflater);
      for (let at = 0; at < all.length; at += size)
        await input.receive(all.subarray(at, at + size));
      await expect.poll(data).toBe(`hello ${text(3200).toString()}`);
      expect(changes).toEqual([MCCP2, ECHO]);
    }
  });

  it('fails if what follows is not a zlib stream', async () => {
    const { input } = client(inflater);
    const junk = Buffer.concat([will, START, Buffer.alloc(100, 0x77)]);
    await expect(input.receive(junk).then(() => input.failed)).rejects.toThrow();
  });
});

it('goes on after the compressed stream ends if the inflater supports it', async () => {
  const once = Buffer.concat([START, deflateSync(text(160))]);
  const all = Buffer.concat([will, once, Buffer.from('plain'), once, Buffer.from('again')]);
  for (const size of [1, 3, all.length]) {
    const { input, data } = client(nodeInflater);
    for (let at = 0; at < all.length; at += size) await input.receive(all.subarray(at, at + size));
    expect(data()).toBe(`${text(160).toString()}plain${text(160).toString()}again`);
  }
});

it('gives the inflater its own copy of the bytes', async () => {
  const kept: Uint8Array[] = [];
  const { input } = client(() => ({ write: (chunk) => void kept.push(chunk) }));
  await input.receive(Buffer.concat([will, START]));
  const message = bytes('01 02');
  await input.receive(message);
  message.fill(0);
  expect(kept).toEqual([bytes('01 02')]);
});
