/**
 * Plays all scenes to noVNC with our class and with its own, and compares the results.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page } from '@playwright/test';
import sirv from 'sirv';
import { copyNovnc } from '../novnc.js';
import { play, type Played, type Reel } from './player.js';
import { h264Scene, makeScenes } from './scenes.js';

/** The handshake, and the scenes that may follow it, with H.264 last. */
export async function makeReels(): Promise<Reel[]> {
  return [...(await makeScenes()), h264Scene()].map(({ name, before, turns }) => ({
    name,
    before: before.map((turn) => [...turn]),
    turns: turns.map((turn) => [...turn]),
  }));
}

/**
 * @param reels the handshake first
 * @param every see {@link play}
 */
export async function expectSameShow(page: Page, reels: Reel[], every: number): Promise<void> {
  const control = await show(page, 'its own', { reels, every });
  const ours = await show(page, 'ours', { reels, every });
  const blank = control[0].states[0];
  for (const [i, { name, states }] of control.entries()) {
    // The final state is the same whole and at each cut.
    expect(states, name).toHaveLength(1);
    if (i > 0) expect(states, `${name} leaves a mark`).not.toEqual([blank]);
    expect(ours[i], name).toEqual(control[i]);
  }
}

/** Plays the scenes to noVNC with one of the classes. */
async function show(
  page: Page,
  websock: 'ours' | 'its own',
  { reels, every }: { reels: Reel[]; every: number },
): Promise<Played[]> {
  const { dir, remove } = copyNovnc(websock);
  const server = createServer(sirv(dir));
  try {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction('window.RFB');
    const played: Played[] = [];
    for (const reel of reels) played.push(await page.evaluate(play, { reel, every }));
    return played;
  } finally {
    server.close();
    remove();
  }
}
