/**
 * Runs one scenario for one subject, in a process that has done nothing else, and prints what each state holds.
 */
import { setTimeout } from 'node:timers/promises';
import { collectGarbage } from '../helpers/gc.js';
import { scenarios } from './memory-scenarios.js';
import { noVnc, ours } from './subjects.js';

/** Bytes over those before the scenario began. */
export interface Weight {
  readonly state: string;
  readonly arrayBuffers: number;
  readonly rss: number;
}

/** Memory of an ArrayBuffer is given back by another thread, some time after the collection that found it. */
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
