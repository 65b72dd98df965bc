/**
 * A recording as a target: a server on a unix socket, which only this user can reach, plays it to each client.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UnixAddress } from '../base/address.js';
import { plainMessageOf } from '../base/text.js';
import { Player } from './player.js';
import { checkRecording, readParts } from './recording-file.js';

/** What to play, and how fast. */
export interface ReplayOptions {
  readonly path: string;
  /** 1 for the recording's own pace. */
  readonly speed: number;
  /** Told why a file can't be played to its end. */
  readonly warn: (reason: string) => void;
}

/** A server that plays a recording. */
export interface Replay {
  readonly target: UnixAddress;
  close(): Promise<void>;
}

/** Starts the server. Rejects with a RangeError for a file that is not a recording. */
export async function startReplay({ path, speed, warn }: ReplayOptions): Promise<Replay> {
  try {
    await checkRecording(path);
  } catch (error) {
    throw new RangeError(`Cannot replay ${JSON.stringify(path)}: ${plainMessageOf(error)}`, {
      cause: error,
    });
  }
  const sockets = new Set<Socket>();
  const server = createServer(async (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    try {
      await new Player(socket, speed).play(readParts(path));
      socket.end();
    } catch (error) {
      if (!socket.destroyed) warn(`Cannot replay ${path} to its end: ${plainMessageOf(error)}`);
      socket.destroy();
    }
  });
  // `mkdtemp` creates the directory with mode 0700.
  const directory = await mkdtemp(join(tmpdir(), 'websock-replay-'));
  const target = { path: join(directory, 'socket'), shown: path };
  await once(server.listen(target.path), 'listening');
  const close = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await rm(directory, { recursive: true, force: true });
  };
  return { target, close };
}
