/**
 * Runs the command, from its arguments to its exit code.
 */
import { once } from 'node:events';
import { formatAddress } from './address.js';
import { explain, helpText, parseArguments } from './arguments.js';
import { createBridge } from './server.js';

const FAILED = 1;
const BAD_ARGUMENTS = 2;

/**
 * Runs the command until SIGINT or SIGTERM. Resolves with the exit code: 0, 1 when the port can't be had, 2 for bad
 * arguments. `version` is asked for only when it is to be shown.
 */
export async function main(args: readonly string[], version: () => string): Promise<number> {
  let failure = BAD_ARGUMENTS;
  // Whoever read the log may go away (`| head`); the sessions stay.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const command = await parseArguments(args);
    if (command.action !== 'run') {
      process.stdout.write(command.action === 'help' ? helpText() : `${version()}\n`);
      return 0;
    }
    const { source, options, verbose } = command;
    const bridge = createBridge({ ...options, log: verbose ? console.error : undefined });
    failure = FAILED;
    // Caught once: the same signal again ends a close that takes too long.
    const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
    const address = await bridge.listen(source.port, source.host);
    const { target } = options;
    const where = typeof target === 'function' ? 'asked for each' : formatAddress(target);
    console.log(`Listening on ${formatAddress(address)}, target ${where}`);

    await stopped;
    await bridge.close();
    return 0;
  } catch (error) {
    const advice = failure === BAD_ARGUMENTS ? ' (see --help)' : '';
    console.error(`websock-bridge: ${explain(error)}${advice}`);
    return failure;
  }
}
