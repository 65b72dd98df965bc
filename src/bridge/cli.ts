/**
 * Runs the command, from its arguments to its exit code.
 */
import { once } from 'node:events';
import { formatAddress } from './address.js';
import { HELP, parseArguments } from './arguments.js';
import { createBridge } from './server.js';

const FAILED = 1;
const BAD_ARGUMENTS = 2;

/**
 * Runs the command until SIGINT or SIGTERM. Resolves with the exit code: 0, 1 when the port can't be had, 2 for bad
 * arguments. `version` is asked for only when it is to be shown.
 */
export async function main(args: readonly string[], version: () => string): Promise<number> {
  let failure = BAD_ARGUMENTS;
  try {
    const command = parseArguments(args);
    if (command.action !== 'run') {
      process.stdout.write(command.action === 'help' ? HELP : `${version()}\n`);
      return 0;
    }
    const { source, options, verbose } = command;
    const bridge = createBridge({ ...options, log: verbose ? console.error : undefined });
    failure = FAILED;
    const address = await bridge.listen(source.port, source.host);
    console.log(`Listening on ${formatAddress(address)}, target ${formatAddress(options.target)}`);

    // Caught once: the same signal again ends a close that takes too long.
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    await bridge.close();
    return 0;
  } catch (error) {
    console.error(`websock-bridge: ${error instanceof Error ? error.message : error}`);
    return failure;
  }
}
