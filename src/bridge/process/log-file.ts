/**
 * Where the log goes: standard error, or a file that can be reopened after it was moved.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

/** Takes lines. */
export interface LogSink {
  write(text: string): void;
  /** Reopens the file by its name. Continues with the old one if that fails. */
  reopen(): void;
  close(): void;
}

/** A log on standard error. */
export const standardError: LogSink = {
  write: (text) => void process.stderr.write(text),
  reopen: () => {},
  close: () => {},
};

/** A log at the end of a file, which only its owner may read. Throws a RangeError when it can't be opened. */
export function openLog(path: string): LogSink {
  const open = () => openSync(path, 'a', 0o600);
  let file: number;
  try {
    file = open();
  } catch (error) {
    throw new RangeError(`Cannot use --log-file "${path}": ${String(error)}`);
  }
  return {
    write: (text) => {
      try {
        writeSync(file, text);
      } catch {
        // A full disk costs the line, not the bridge.
      }
    },
    reopen: () => {
      try {
        const next = open();
        closeSync(file);
        file = next;
      } catch (error) {
        process.stderr.write(`websock-bridge: ${String(error)}\n`);
      }
    },
    close: () => closeSync(file),
  };
}
