/**
 * The library that is preloaded into a wrapped program: the system's compiler builds it when it is first needed, and it is kept.
 */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = fileURLToPath(new URL('websock-rebind.c', import.meta.url));
const WRITABLE_BY_OTHERS = 0o022;

/** Builds the library if need be, and resolves with its path. Rejects, with the reason, when it can't be built or used. */
export async function buildLibrary(): Promise<string> {
  const source = await readFile(SOURCE);
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 16);
  const directory = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'websock-bridge');
  const library = join(directory, `rebind-${process.arch}-${hash}.so`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await requireOwn(directory);
  const isBuilt = await lstat(library).then(
    () => true,
    () => false,
  );
  if (!isBuilt) await compile(library);
  await requireOwn(library);
  return library;
}

/** Builds under another name, then renames: processes that do so at the same time get the same library. */
async function compile(library: string): Promise<void> {
  const building = `${library}.${randomBytes(4).toString('hex')}`;
  const flags = ['-shared', '-fPIC', '-O2', '-o', building, SOURCE, '-ldl'];
  try {
    await promisify(execFile)('cc', flags);
    await rename(building, library);
  } catch (error) {
    await rm(building, { force: true });
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    const [line = ''] = stderr.split('\n');
    const isMissing = code === 'ENOENT';
    const why = isMissing ? 'no C compiler found: install one, such as gcc' : `cc: ${line}`;
    throw new Error(`Cannot wrap a program: ${why}`, { cause: error });
  }
}

/** Rejects if others can write to this path: the library is loaded into this user's programs. */
async function requireOwn(path: string): Promise<void> {
  const { uid, mode } = await lstat(path);
  if (uid === process.getuid?.() && (mode & WRITABLE_BY_OTHERS) === 0) return;
  throw new Error(`Cannot wrap a program: others can write to ${path}`);
}
