/**
 * `websock-bridge PORT -- COMMAND`: a bridge in front of a program that it runs.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { TcpTarget } from '../base/address.js';
import { findProgram } from '../process/wrap/find-program.js';
import { Program, WRAP_MODES, type WrapMode, type WrapOptions } from '../process/wrap/program.js';
import type { Given } from './option.js';
import { refuseOtherTargets } from './other-targets.js';
import type { Source } from '../base/source.js';

/** Whether to wrap a program. Throws a RangeError for options that do not go together. */
export function asksToWrap(given: Given, command: readonly string[] | undefined): boolean {
  if (command === undefined) {
    if (given.wrapMode === undefined) return false;
    throw new RangeError('Cannot use --wrap-mode: expected -- COMMAND as well');
  }
  refuseOtherTargets(given, 'a program');
  return true;
}

/** The program's port, which stays the same after a reload of the options. */
let moved: Promise<number> | undefined;

/** Reads what to run; the program binds the first port that the bridge listens on. Rejects with a RangeError. */
export async function readWrap(
  { wrapMode = 'exit' }: Given,
  [name, ...args]: readonly string[],
  sources: readonly Source[],
): Promise<WrapOptions> {
  if (name === undefined) throw new RangeError('Cannot wrap: expected a command after --');
  if (process.platform !== 'linux') {
    throw new RangeError(`Cannot wrap a program on ${process.platform}: expected Linux`);
  }
  const source = sources.find((each) => 'port' in each);
  if (!source || source.port === 0) {
    throw new RangeError('Cannot wrap a program: expected a source with the port that it binds');
  }
  const path = findProgram(name);
  moved ??= findPort();
  const to = await moved;
  return { mode: wrapMode, path, command: [name, ...args], from: source.port, to };
}

/** Where a wrapped program listens: on either of two addresses, depending on what it binds. */
export function targetOf({ to }: WrapOptions): TcpTarget {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  return { host: 'localhost', port: to, addresses };
}

/**
 * Runs a program, and calls `onEnd` when the bridge should end with it. Resolves with a function that stops the program and
 * resolves with the exit status.
 */
export async function runProgram(
  options: WrapOptions,
  warn: (reason: string) => void,
  onEnd: () => void,
): Promise<() => Promise<number>> {
  let signal: NodeJS.Signals = 'SIGTERM';
  let status = 0;
  process.once('SIGINT', () => (signal = 'SIGINT'));
  const program = await Program.start(options, warn);
  void (async () => {
    status = await program.ended;
    onEnd();
  })();
  return async () => {
    await program.stop(signal);
    return status;
  };
}

/** Reads what to do when the program ends. */
export function readWrapMode(text: string): WrapMode {
  const mode = WRAP_MODES.find((each) => each === text);
  if (!mode) throw new RangeError(`expected one of ${WRAP_MODES.join(', ')}`);
  return mode;
}

/** Finds a port that is free on loopback now. */
async function findPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
