/**
 * Runs one scenario for one subject in a fresh process and prints the memory held in each state.
 */
import { setTimeout } from 'node:timers/promises';
import { collectGarbage } from '../helpers/gc.js';
import { scenarios } from './memory-scenarios.js';
import { noVnc, ours } from './subjects.js';

/** Bytes above the level before the scenario began. */
export interface Weight {
  readonly state: string;
  readonly arrayBuffers: number;
  readonly rss: number;
}

/** Measures the memory in use. Another thread frees an ArrayBuffer's memory some time after its collection, hence the waits. */
async function weigh(): Promise<NodeJS.MemoryUsage> {
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    await setTimeout(10);
  }
  return process.memoryUsage();
}

const [subjectName, scenarioName] = process.argv.slice(2);
const subject = [ours, noVnc].find(({ name }) => name === subjectName)!;
const weights: Weight[] = [];
const before = await weigh();
for (const state of scenarios[scenarioName](subject)) {
  const { arrayBuffers, rss } = await weigh();
  weights.push({
    state,
    arrayBuffers: arrayBuffers - before.arrayBuffers,
    rss: rss - before.rss,
  });
}
console.log(JSON.stringify(weights));
