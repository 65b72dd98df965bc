#!/usr/bin/env node
/**
 * The command `websock-cat`: standard input and output over a WebSocket.
 */
import { createRequire } from 'node:module';
import { HELP, parseArguments } from './arguments.js';
import { carry } from './carry.js';
import { dial, type Tell } from './dial.js';

const NO_CONNECTION = 1;
const BAD_ARGUMENTS = 2;
const BROKE_OFF = 3;

/** The close codes of an orderly end: normal closure, and a close frame without a code. */
const ORDERLY = new Set([1000, 1005]);

/** Runs the command; resolves with its exit code. */
async function main(args: readonly string[]): Promise<number> {
  let failure = BAD_ARGUMENTS;
  try {
    const command = parseArguments(args);
    if (command.action !== 'connect') {
      process.stdout.write(command.action === 'help' ? HELP : `${version()}\n`);
      return 0;
    }
    failure = NO_CONNECTION;
    const tell: Tell = command.verbose ? complain : () => {};
    const ws = await dial(command, tell);
    const { stdin, stdout } = process;
    const end = await carry(ws, { input: stdin, output: stdout, quiet: command.quiet });
    const how = `closed with ${end.code}${end.reason === '' ? '' : `, ${end.reason}`}`;
    const isOrderly = ORDERLY.has(end.code);
    if (isOrderly) tell(`The connection was ${how}`);
    else complain(`the connection was lost: ${how}`);
    tell(`${end.sent} bytes sent, ${end.received} received`);
    return isOrderly ? 0 : BROKE_OFF;
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    // After the first sentence, Node explains how it reads arguments: leave that out.
    const isBad = failure === BAD_ARGUMENTS;
    complain(isBad ? `${message.split('. ')[0]} (see --help)` : message);
    return failure;
  }
}

/** Writes a line to standard error. Only printable ASCII passes, so that a server can't control the terminal. */
function complain(line: string): void {
  console.error(`websock-cat: ${line.replace(/[^\x20-\x7e]/g, '?')}`);
}

function version(): string {
  const manifest = createRequire(import.meta.url)('websock-client/package.json') as {
    version: string;
  };
  return manifest.version;
}

process.exitCode = await main(process.argv.slice(2));
