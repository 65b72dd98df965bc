/**
 * Reads a recording from its file, a part at a time: the file may be larger than memory.
 */
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type RecordedPart, RecordingParser } from '../../testing/recording.js';
import { OPEN_TO_READ } from '../base/regular-file.js';

/** How much of a file is checked before it is played, in bytes. */
const CHECKED = 1024 * 1024;

/** Reads the parts of a recording. Throws a SyntaxError when it is not one, or is cut off. */
export async function* readParts(path: string): AsyncGenerator<RecordedPart, void, undefined> {
  const parser = new RecordingParser();
  for await (const text of createReadStream(path, { encoding: 'utf8' })) {
    yield* parser.push(text as string);
  }
  yield* parser.end();
}

/** Rejects when a file can't be read or does not begin like a recording; one of less than 1 MiB is checked to its end. */
export async function checkRecording(path: string): Promise<void> {
  const file = await open(path, OPEN_TO_READ);
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is not a regular file');
    const parser = new RecordingParser();
    const text = await readStart(file);
    parser.push(text.toString());
    if (text.length < CHECKED) parser.end();
  } finally {
    await file.close();
  }
}

async function readStart(file: FileHandle): Promise<Buffer> {
  const start = Buffer.alloc(CHECKED);
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(start, size, CHECKED - size);
    size += bytesRead;
    if (bytesRead === 0) return start.subarray(0, size);
  }
}
