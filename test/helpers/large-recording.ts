/**
 * Makes and replays a recording that is larger than the memory its bridge may use. Linux only, which counts that memory.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { newClient, startTarget } from './bridge.js';
import { type Command, listenCommand, makeDirectory } from './command.js';
import { peakRssOf } from './memory.js';

/** The most memory that a bridge may use to record or replay, in bytes; without a session it uses about 80 MB. */
const MEMORY = 200_000_000;
/** How far a session may run ahead of its recording, in bytes: far less than would end the recording. */
const AHEAD = 2 * 1024 * 1024;
const BLOCK = 1024 * 1024;

/** Letters, which a recording stores as they are, so that its size shows how much of the session it holds. */
function makeBlock(): Buffer {
  return Buffer.from(Array.from({ length: BLOCK }, (_, i) => 97 + ((i * 7) % 23)));
}

/** Reads a session to its end, and resolves with the hash of what it received. */
async function hashOf(port: number): Promise<string> {
  const ws = newClient(port, ['binary']);
  const hash = createHash('sha256');
  ws.on('message', (bytes: Buffer) => hash.update(bytes));
  expect((await once(ws, 'close'))[0]).toBe(1000);
  return hash.digest('hex');
}

/** Checks that a bridge never used more memory than it may, and ends it. */
async function finish({ child, ended }: Command): Promise<void> {
  expect(peakRssOf(child.pid!)).toBeLessThan(MEMORY);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
}

/** Records a session of `size` bytes, and replays it. */
export async function recordAndReplay(size: number): Promise<void> {
  const directory = makeDirectory();
  const recorded = () => {
    const [name] = readdirSync(directory);
    return name === undefined ? 0 : statSync(join(directory, name)).size;
  };
  const block = makeBlock();
  const hash = createHash('sha256');
  const send = async (socket: Socket) => {
    for (let sent = 0; sent < size; sent += BLOCK) {
      // If the test's disk is slow and the session runs too far ahead, the bridge ends the recording.
      while (sent - recorded() > AHEAD) {
        await setTimeout(2);
        if (socket.destroyed) return;
      }
      hash.update(block);
      if (!socket.write(block)) await once(socket, 'drain');
    }
    socket.end();
  };
  const { port: target } = await startTarget((socket) => void send(socket));
  const args = ['--record', join(directory, 'r'), '--record-limit', '0'];
  const recording = await listenCommand(...args, '0', `127.0.0.1:${target}`);
  const received = await hashOf(recording.port);
  const sent = hash.digest('hex');
  expect(received).toBe(sent);
  await finish(recording);
  expect(recorded()).toBeGreaterThan(size);

  const [name = ''] = readdirSync(directory);
  const replay = await listenCommand('--speed', '1000', 'replay', join(directory, name), '0');
  // A client that reads nothing must not cost memory either.
  newClient(replay.port, ['binary']).once('upgrade', ({ socket }) => socket.pause());
  expect(await hashOf(replay.port)).toBe(sent);
  await finish(replay);
}
