/**
 * Runs the command, from its arguments to its exit code.
 */
import { ascii } from '../base/text.js';
import { explain, parseArguments } from './arguments.js';
import { LocalLedger } from '../base/ledger.js';
import { formatJson } from '../log/events.js';
import { helpText } from './help.js';
import { isDaemon, startDaemon } from '../process/daemon.js';
import { isSame } from '../process/inherited.js';
import { type LogSink, logTo, openLog, silent } from '../process/log-file.js';
import { openSyslog } from '../process/syslog.js';
import { describeRun } from './check.js';
import { Service } from './service.js';
import { Crew } from './workers/crew.js';
import { readPost } from './workers/post.js';
import { openLedger, warnMain, work } from './workers/worker.js';

const FAILED = 1;
const BAD_ARGUMENTS = 2;

const STDERR = 2;

/**
 * Runs the command until the bridge ends, by SIGINT, SIGTERM or its options. Resolves with the exit code: 0, or that of a
 * wrapped program; 1 when the bridge can't run, for instance because its port is in use; 2 for bad arguments. `version` is
 * called only to show the version.
 */
export async function main(args: readonly string[], version: () => string): Promise<number> {
  let failure = BAD_ARGUMENTS;
  let close = () => Promise.resolve();
  let isJson = false;
  const complaint = (text: string) => {
    const [time, reason] = [new Date().toISOString(), ascii(text)];
    return isJson ? formatJson({ time, event: 'error', reason }) : `websock-bridge: ${reason}`;
  };
  const describeLoss = (lines: number) => `${complaint(`${lines} lines of the log were lost`)}\n`;
  let sink = logTo(STDERR, describeLoss);
  const logElsewhere = (next: LogSink) => {
    sink.close();
    sink = next;
  };
  const post = readPost();
  let isReading = false;
  const warn = (reason: string) => {
    if (!post) sink.write(`${complaint(reason)}\n`);
    // The main process reads the same options, and warns about them itself.
    else if (!isReading) warnMain(reason);
  };
  const say = (text: string) => {
    const time = new Date().toISOString();
    process.stdout.write(`${isJson ? JSON.stringify({ time, event: 'notice', text }) : text}\n`);
  };
  const warningListeners = process.rawListeners('warning') as (() => void)[];
  const warnOfNode = ({ message }: Error) => warn(message);
  let reload = () => {};
  // These replace Node's own reactions: SIGHUP would end the process, even where `nohup` had it ignored, and SIGUSR1 would
  // open the inspector to anybody on this machine.
  const listeners = {
    SIGHUP: () => {
      sink.reopen();
      reload();
    },
    SIGUSR1: () => sink.reopen(),
  };
  for (const [signal, listener] of Object.entries(listeners)) process.on(signal, listener);
  // The reader of the log may go away (`| head`); the sessions continue.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    // Counting continues across reloads of the options.
    const ledger = new LocalLedger();
    const remote = post && openLedger();
    const read = async () => {
      isReading = true;
      try {
        return await parseArguments(args, warn, process.env, remote ?? ledger);
      } finally {
        isReading = false;
      }
    };
    const command = await read();
    if (command.action !== 'run') {
      process.stdout.write(command.action === 'help' ? helpText(command.group) : `${version()}\n`);
      return 0;
    }
    ({ close } = command);
    isJson = command.log.json;
    // Node would print warnings that are not JSON.
    if (isJson) process.removeAllListeners('warning').on('warning', warnOfNode);
    if (post && remote) {
      // A signal may go to the whole process group; a worker waits for the main process to tell it.
      for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
      failure = FAILED;
      return await work(post, command, read, remote);
    }
    // Any output there would go to the client.
    if (command.inetd) {
      silenceInput();
      if (isSame(STDERR, process.stdin.fd)) logElsewhere(silent);
    }
    if (command.daemon && !command.check && !isDaemon()) return await startDaemon(args);
    if (command.log.file !== undefined)
      logElsewhere(
        openLog(command.log.file, describeLoss, (reason) => console.error(complaint(reason))),
      );
    if (command.log.syslog !== undefined) logElsewhere(await openSyslog(command.log.syslog));
    const options = { command, read, sink, warn, say };
    const service = await (command.workers > 1
      ? Crew.create({ ...options, args, count: command.workers, ledger })
      : Service.create(options));
    if (command.check) {
      process.stdout.write(describeRun(command));
      return 0;
    }
    failure = FAILED;
    reload = () => void service.reload();
    return await service.run();
  } catch (error) {
    const advice = failure === BAD_ARGUMENTS ? ' (see --help)' : '';
    console.error(complaint(explain(error) + advice));
    return failure;
  } finally {
    await close().catch((error: unknown) => console.error(complaint(explain(error))));
    if (isJson) {
      process.removeAllListeners('warning');
      for (const listener of warningListeners) process.on('warning', listener);
    }
    for (const [signal, listener] of Object.entries(listeners)) process.off(signal, listener);
    sink.close();
  }
}

/** Silences standard output and standard error where they are the same file as standard input: a client's connection. */
function silenceInput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (isSame(stream.fd, process.stdin.fd)) stream.write = () => true;
  }
}
