/**
 * Runs the suite in workerd, as the test of a Worker: `workerd test`. Outside a handler a Worker may not use the network.
 */
import { examine } from './examine.js';

export default {
  test: (_controller: unknown, { ORIGIN }: { ORIGIN: string }): Promise<void> => examine(ORIGIN),
};
