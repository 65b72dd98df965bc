/**
 * Runs the suite in workerd as a Worker's test, `workerd test`: outside a handler, a Worker may not use the network.
 */
import { examine } from './examine.js';

export default {
  test: (_controller: unknown, { ORIGIN }: { ORIGIN: string }): Promise<void> => examine(ORIGIN),
};
