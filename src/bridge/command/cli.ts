/**
 * Runs the command, from its arguments to its exit code.
 */
import { formatAddress } from '../base/address.js';
import { ascii } from '../base/text.js';
import { explain, parseArguments, type Run } from './arguments.js';
import { formatJson } from '../log/events.js';
import { helpText } from './help.js';
import { type LogSink, openLog, standardError } from '../process/log-file.js';
import { type Bridge, createBridge } from '../server.js';

const FAILED = 1;
const BAD_ARGUMENTS = 2;

/**
 * Signals that open the log anew. None of them may do what Node does by itself: SIGHUP would end the process, also where
 * `nohup` had it ignored, and SIGUSR1 would let anybody on this machine in, by the inspector.
 */
const REOPENING = ['SIGHUP', 'SIGUSR1'] as const;

/**
 * Runs the command until the bridge ends, by SIGINT, SIGTERM or its options. Resolves with the exit code: 0, 1 when
 * the port can't be had, 2 for bad arguments. `version` is asked for only when it is to be shown.
 */
export async function main(args: readonly string[], version: () => string): Promise<number> {
  let failure = BAD_ARGUMENTS;
  let close = () => Promise.resolve();
  let sink = standardError;
  let isJson = false;
  const warn = (reason: string) => {
    const event = {
      time: new Date().toISOString(),
      event: 'error',
      reason: ascii(reason),
    } as const;
    sink.write(`${isJson ? formatJson(event) : `websock-bridge: ${event.reason}`}\n`);
  };
  const reopen = () => sink.reopen();
  for (const signal of REOPENING) process.on(signal, reopen);
  // Whoever read the log may go away (`| head`); the sessions stay.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    const command = await parseArguments(args, warn);
    if (command.action !== 'run') {
      process.stdout.write(command.action === 'help' ? helpText() : `${version()}\n`);
      return 0;
    }
    ({ close } = command);
    isJson = command.log.json;
    if (command.log.file !== undefined) sink = openLog(command.log.file);
    const bridge = makeBridge(command, sink);
    failure = FAILED;
    // Each caught once: the same signal again ends a close that takes too long.
    process.once('SIGINT', () => void bridge.close());
    process.once('SIGTERM', () => void bridge.close({ drain: command.drain }));
    console.log(`Listening on ${await listen(bridge, command)}, target ${targetOf(command)}`);
    await bridge.closed;
    return 0;
  } catch (error) {
    const advice = failure === BAD_ARGUMENTS ? ' (see --help)' : '';
    complain(error, advice);
    return failure;
  } finally {
    await close().catch((error: unknown) => complain(error));
    for (const signal of REOPENING) process.off(signal, reopen);
    sink.close();
  }
}

function complain(error: unknown, advice = ''): void {
  console.error(`websock-bridge: ${explain(error)}${advice}`);
}

function makeBridge({ options, log }: Run, sink: LogSink): Bridge {
  return createBridge({
    ...options,
    log: log.verbose
      ? (line, event) => sink.write(`${log.json ? formatJson(event) : line}\n`)
      : undefined,
    traffic: log.traffic ? (symbol) => void process.stdout.write(symbol) : undefined,
  });
}

async function listen(bridge: Bridge, { sources }: Run): Promise<string> {
  const addresses: string[] = [];
  try {
    for (const source of sources) {
      const address =
        'path' in source
          ? await bridge.listen(source)
          : await bridge.listen(source.port, source.host);
      addresses.push(formatAddress(address));
    }
  } catch (error) {
    // Those that it has would keep the process.
    await bridge.close();
    throw error;
  }
  return addresses.join(' and ');
}

function targetOf({ options: { target } }: Run): string {
  return typeof target === 'function' ? 'chosen for each connection' : formatAddress(target);
}
