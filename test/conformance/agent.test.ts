/**
 * Runs the suite as the one test of a test runner, whose environment is a page at the server's address.
 */
import { examine } from './examine.js';

// Of Jest and of Vitest with `globals`.
declare function test(name: string, run: () => Promise<void>, timeout: number): void;

/** Longer than the suite takes: its cases have limits of their own. */
const TIMEOUT = 600_000;

test('the suite', () => examine(location.origin), TIMEOUT);
