/**
 * `npm run test:novnc -- DIR`: runs noVNC's own unit tests in Chromium, with its own class as the control and with our compat
 * class in its place. DIR is a checkout of noVNC; without it, the pinned commit is cloned.
 */
import { parseArgs } from 'node:util';
import { findCheckout } from './checkout.js';
import { KNOWN } from './known.js';
import { runSuite, type Outcome } from './suite.js';

const { positionals } = parseArgs({ allowPositionals: true });
const checkout = findCheckout(positionals[0]);

const totals = (name: string, { passed, failed, pending }: Outcome): void =>
  console.log(
    `${name}: ${passed.length} pass, ${failed.size} fail, ${pending.length} are switched off`,
  );

try {
  const control = await runSuite(checkout.dir, 'its own');
  totals("noVNC's own class", control);
  const ours = await runSuite(checkout.dir, 'ours');
  totals('websock-client/compat', ours);

  const problems: string[] = [];
  for (const [title, message] of control.failed) problems.push(`control: ${title}: ${message}`);
  for (const [title, message] of ours.failed) {
    const reason = KNOWN.get(title);
    if (reason === undefined) problems.push(`${title}: ${message}`);
    else console.log(`  known: ${title}: ${reason}`);
  }
  for (const title of KNOWN.keys()) {
    if (!ours.failed.has(title)) problems.push(`known to fail, but did not: ${title}`);
  }
  for (const problem of problems) console.error(problem);
  if (problems.length > 0 || ours.passed.length === 0) process.exitCode = 1;
} finally {
  checkout.remove();
}
