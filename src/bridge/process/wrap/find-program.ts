/**
 * Finds a program as the system would, and checks that a library can be preloaded into it.
 */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

const MAGIC = Buffer.from('\x7fELF');
/** The program header that names the dynamic linker. */
const PT_INTERP = 3;
const SET_ID = 0o6000;
/** How many bytes of a file are read: enough for its program headers. */
const START = 4096;

/** Returns the path of a program. Throws a RangeError if there is none, or if it can't be wrapped. */
export function findProgram(name: string): string {
  const paths = (process.env.PATH ?? '').split(delimiter).map((path) => join(path, name));
  const path = (name.includes('/') ? [resolve(name)] : paths).find(isProgram);
  if (path === undefined) {
    throw new RangeError(`Cannot wrap ${JSON.stringify(name)}: there is no such program`);
  }
  const why = whyNot(path);
  if (why) throw new RangeError(`Cannot wrap ${JSON.stringify(name)}: ${why}`);
  return path;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function whyNot(path: string): string | undefined {
  if ((statSync(path).mode & SET_ID) !== 0) {
    return 'it runs as another user, so its port cannot be moved';
  }
  return isStatic(readStart(path))
    ? 'it is statically linked, so its port cannot be moved'
    : undefined;
}

function readStart(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(START);
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

/** Whether this is a 64-bit little-endian ELF program that asks for no dynamic linker. */
function isStatic(start: Buffer): boolean {
  const isElf64 = start.length >= 64 && start.subarray(0, 4).equals(MAGIC) && start[4] === 2;
  if (!isElf64 || start[5] !== 1) return false;
  const at = Number(start.readBigUInt64LE(32));
  const [size, count] = [start.readUInt16LE(54), start.readUInt16LE(56)];
  for (let i = 0; i < count; i++) {
    const header = at + i * size;
    if (header + 4 > start.length) return false;
    if (start.readUInt32LE(header) === PT_INTERP) return false;
  }
  return true;
}
