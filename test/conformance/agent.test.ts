/**
 * Runs the suite as a test runner's only test; the runner's environment is a page at the server's address.
 */
import { examine } from './examine.js';

// A global in Jest, and in Vitest with `globals`.
declare function test(name: string, run: () => Promise<void>, timeout: number): void;

/** In ms; longer than the suite takes, as its cases have their own time limits. */
const TIMEOUT = 600_000;

test('the suite', () => examine(location.origin), TIMEOUT);
