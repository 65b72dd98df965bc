/**
 * The samples of the two migration guides, fed byte by byte: the old code runs on the compat class, the new code on the modern
 * class as well. And every member that their tables name exists.
 */
import { describe, expect, it } from 'vitest';
import { Websock as Compat } from '../../src/compat/index.js';
import { Websock, type WebsockCore } from '../../src/index.js';
import { hex } from '../helpers/bytes.js';
import { FakeWebSocket } from '../../src/testing/index.js';
import { readDocument, repositoryFile, samplesOf } from '../helpers/documents.js';

const novnc = samplesOf('migrating-from-novnc.md');
const websockify = samplesOf('migrating-from-websockify-js.md');

type Sample = (sock: WebsockCore, ...args: unknown[]) => unknown;

const define = (samples: Map<string, string>, name: string, fn: string): Sample =>
  new Function(`${samples.get(name)}; return ${fn};`)() as Sample;

const classes = { compat: Compat, modern: Websock };

function connect(kind: keyof typeof classes): { sock: WebsockCore; channel: FakeWebSocket } {
  const sock = new classes[kind]();
  const channel = new FakeWebSocket().open();
  sock.attach(channel);
  return { sock, channel };
}

/** The parser's results for bytes that arrive one by one. */
function parse(kind: keyof typeof classes, parser: Sample, bytes: Uint8Array): unknown[] {
  const { sock, channel } = connect(kind);
  const results: unknown[] = [];
  sock.on('message', () => {
    for (let one; sock.rQlen() > 0 && (one = parser(sock)) !== undefined;) results.push(one);
  });
  channel.deliverByteByByte(bytes);
  return results;
}

describe('docs/migrating-from-novnc.md', () => {
  const messages = hex('01 00 02 68 69 02 00 00 03 00 01 21');
  const texts = [
    { type: 1, text: 'hi' },
    { type: 2, text: '' },
    { type: 3, text: '!' },
  ];

  it('shows the line and the alias that the browser tests and the demo use', () => {
    const plain = [
      ...readDocument('migrating-from-novnc.md').matchAll(/```ts\n(?!\/\/)(.*?)```/gs),
    ];
    const [line, alias] = plain.map(([, code]) => code);
    expect(repositoryFile('test/helpers/novnc.ts')).toContain(line.trim());
    const [, code] = alias.replace(': Plugin', '').split('\n\n');
    expect(repositoryFile('rollup.config.mjs')).toContain(code);
  });

  it.each([
    ['compat', 'rqwait'],
    ['modern', 'rqwait'],
    ['compat', 'tryread'],
    ['modern', 'tryread'],
  ] as const)('a message with a header, on the %s class: %s', (kind, name) => {
    expect(parse(kind, define(novnc, name, 'readText'), messages)).toEqual(texts);
  });

  it('a message with a header, on the modern class: async', async () => {
    const { sock, channel } = connect('modern');
    const readText = define(novnc, 'async', 'readText');
    const results: unknown[] = [];
    const reading = (async () => {
      for (let i = 0; i < texts.length; i++) results.push(await readText(sock));
    })();
    channel.deliverByteByByte(messages);
    await reading;
    expect(results).toEqual(texts);
  });

  it.each([
    ['compat', 'look-old'],
    ['compat', 'look-new'],
    ['modern', 'look-new'],
  ] as const)('looking ahead, on the %s class: %s', (kind, name) => {
    const { sock, channel } = connect(kind);
    const startsWithRfb = define(novnc, name, 'startsWithRfb');
    channel.deliver(hex('52 46'));
    expect(startsWithRfb(sock)).toBe(false);
    channel.deliver(hex('42 20'));
    expect([startsWithRfb(sock), sock.rQlen()]).toEqual([true, 4]);
  });

  it.each([
    ['compat', 'send-old'],
    ['compat', 'send-new'],
    ['modern', 'send-new'],
  ] as const)('sending, on the %s class: %s', (kind, name) => {
    const { sock, channel } = connect(kind);
    define(novnc, name, 'keyEvent')(sock, 0xffe1, 1);
    expect(channel.sentBytes).toEqual([...hex('04 01 00 00 00 00 ff e1')]);
  });
});

describe('docs/migrating-from-websockify-js.md', () => {
  it('shifts bytes off an Array', () => {
    const { sock, channel } = connect('compat');
    channel.deliver(hex('68 69'));
    expect(define(websockify, 'shift', 'receive')(sock)).toBe('hi');
  });

  it.each([
    ['compat', 'index'],
    ['compat', 'unshift'],
    ['compat', 'try'],
    ['modern', 'try'],
  ] as const)('putting back, on the %s class: %s', (kind, name) => {
    const lines = parse(kind, define(websockify, name, 'readLine'), hex('02 68 69 00 01 21'));
    expect(lines).toEqual(['hi', '', '!']);
  });

  it.each([
    ['compat', 'send-old'],
    ['compat', 'send-new'],
    ['modern', 'send-new'],
  ] as const)('sending, on the %s class: %s', (kind, name) => {
    const { sock, channel } = connect(kind);
    define(websockify, name, 'login')(sock, 'al');
    expect(channel.sentBytes).toEqual([...hex('ff fb 18 61 6c 0d 0a')]);
  });
});

describe.each(['migrating-from-novnc.md', 'migrating-from-websockify-js.md'])('docs/%s', (file) => {
  it('names only existing members', () => {
    const table = readDocument(file).split('## Step two')[1];
    const cells = [...table.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell);
    const names = cells.flatMap((cell) => [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name));
    expect(names.length).toBeGreaterThan(15);
    const sock = new Compat();
    expect(names.filter((name) => !(name in sock))).toEqual([]);
  });

  it('names every member of the historical API', () => {
    const own = Object.getOwnPropertyNames(Compat.prototype).filter(
      (name) => name !== 'constructor',
    );
    const texts =
      readDocument('migrating-from-novnc.md') + readDocument('migrating-from-websockify-js.md');
    expect(own.filter((name) => !texts.includes(name))).toEqual([]);
  });
});
