/**
 * Where the log goes: standard error, or a file that can be reopened after it has been moved.
 */
import { openSync } from 'node:fs';
import { LineWriter } from './line-writer.js';

/** Where log lines go. */
export interface LogSink {
  write(text: string): void;
  /** Reopens the file by its name. Continues with the old one if that fails. */
  reopen(): void;
  close(): void;
}

/** A log that nobody reads. */
export const silent: LogSink = { write: () => {}, reopen: () => {}, close: () => {} };

/** Makes the line that tells how many lines are missing before it. */
export type DescribeLoss = (lines: number) => string;

/** A log on a file descriptor of this process: 2 is standard error. */
export function logTo(fd: number, describeLoss: DescribeLoss): LogSink {
  const writer = new LineWriter(fd, describeLoss);
  return {
    write: (text) => writer.write(text),
    reopen: () => {},
    close: () => writer.end(),
  };
}

/**
 * A log that is appended to a file, which only its owner may read. Throws a RangeError when the file can't be opened;
 * `onError` is told when it can't be reopened.
 */
export function openLog(
  path: string,
  describeLoss: DescribeLoss,
  onError: (reason: string) => void,
): LogSink {
  const open = () => openSync(path, 'a', 0o600);
  let writer: LineWriter;
  try {
    writer = new LineWriter(open(), describeLoss);
  } catch (error) {
    const { message } = error as Error;
    throw new RangeError(`Cannot use --log-file "${path}": ${message}`, { cause: error });
  }
  return {
    write: (text) => writer.write(text),
    reopen: () => {
      try {
        writer.replace(open());
      } catch (error) {
        onError(`Cannot reopen --log-file "${path}": ${(error as Error).message}`);
      }
    },
    close: () => writer.end(),
  };
}
