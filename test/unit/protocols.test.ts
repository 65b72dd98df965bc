/**
 * The samples of docs/protocols.md, each against a server for its protocol.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { Websock } from '../../src/index.js';
import { startBridge } from '../helpers/bridge.js';
import { samplesOf } from '../helpers/documents.js';
import { find, lacking } from '../helpers/need.js';
import { freePort } from '../helpers/port.js';

const samples = samplesOf('protocols.md');
const sample = (name: string): string => samples.get(name)!;

interface Redis {
  command(...words: string[]): Promise<unknown>;
  close(): void;
}

async function startRedis(): Promise<number> {
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
  const server = spawn(find('redis-server')!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(server, 'exit');
  onTestFinished(async () => {
    server.kill();
    await exited;
  });
  let output = '';
  while (!output.includes('Ready to accept')) output += (await once(server.stdout, 'data'))[0];
  server.stdout.resume();
  return port;
}

const missing = lacking('redis-server');

describe.skipIf(missing)(`docs/protocols.md: redis${missing ? ` (${missing})` : ''}`, () => {
  async function connect(): Promise<{ redis: Redis; sock: Websock; url: string }> {
    const { port } = await startBridge(await startRedis());
    const url = `ws://127.0.0.1:${port}/`;
    const sock = new Websock({ WebSocket });
    sock.open(url, 'binary');
    const Client = new Function(`${sample('redis')}; return Redis;`)() as new (s: Websock) => Redis;
    return { redis: new Client(sock), sock, url };
  }

  it('is under 80 lines', () => {
    expect(sample('redis').split('\n').length).toBeLessThan(80);
  });

  it('reads back what it sets, and runs many commands at once', async () => {
    const { redis } = await connect();
    expect(await redis.command('SET', 'é', 'größer')).toBe('OK');
    expect(await redis.command('GET', 'é')).toBe('größer');
    expect(await redis.command('GET', 'nothing')).toBeNull();
    const counts = await Promise.all(Array.from({ length: 100 }, () => redis.command('INCR', 'n')));
    expect(counts).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    await redis.command('RPUSH', 'list', 'a', 'b'.repeat(200_000));
    expect(await redis.command('LRANGE', 'list', '0', '-1')).toEqual(['a', 'b'.repeat(200_000)]);
    await expect(redis.command('INCR', 'list')).rejects.toThrow('WRONGTYPE');
    redis.close();
  });

  it('rejects pending commands when the connection closes', async () => {
    const { redis } = await connect();
    await redis.command('PING');
    const waiting = expect(redis.command('BLPOP', 'nothing', '0')).rejects.toThrow();
    redis.close();
    await waiting;
  });

  it('works with the sample for a page', async () => {
    const { sock, url } = await connect();
    sock.dispose();
    class Opened extends Websock {
      constructor() {
        super({ WebSocket });
      }
      override open(_url: string, protocols: string): void {
        super.open(url, protocols);
      }
    }
    const lines: unknown[] = [];
    const script = `return (async () => { ${sample('redis')} ${sample('redis-page')} })();`;
    const run = new Function('Websock', 'console', script);
    await run(Opened, { log: (line: unknown) => lines.push(line) });
    expect(lines).toEqual(['hello']);
  });
});
