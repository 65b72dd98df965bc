/**
 * The files of `--web`, read from the disk at each request, so that a changed file is served as it is now.
 * A file is opened once: the file checked is the file sent, whatever its name leads to a moment later.
 */
import { type BigIntStats, constants, statSync } from 'node:fs';
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises';
import type { IncomingHttpHeaders } from 'node:http';
import { join, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { lookup } from 'mrmime';
import { OPEN_TO_READ } from '../base/regular-file.js';
import { readRange } from './range.js';
import { type PlainResponse, refuseRequest } from './refuse.js';

const NOT_FOUND = { status: 404, message: 'Not found.' };
const WRONG_METHOD = {
  status: 405,
  message: 'Only GET and HEAD are allowed.',
  headers: { Allow: 'GET, HEAD' },
};

/** Names that are not served: empty, hidden, `..`, and those with a separator, a NUL or URL syntax. */
const FORBIDDEN_NAME = /^$|^\.|[/\\\0?#]/;

/** A request for a file. */
export interface FileRequest {
  readonly method: string;
  /** Path and query, as the client wrote them. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers a request for a file. Rejects when the file can't be read to its end. */
export type FileServer = (request: FileRequest, response: PlainResponse) => Promise<void>;

/**
 * Serves the files under `directory` to GET and HEAD. Directories are never listed; dot files and symbolic links that lead
 * out of `directory` get 404. Pages of the origins in `frames` may show the files in a frame. Throws a RangeError when
 * `directory` is not a directory.
 */
export function serveFiles(directory: string, frames: readonly string[] = []): FileServer {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RangeError(`Cannot serve "${directory}": it is not a directory`);
  }
  const root = resolve(directory);
  const headers = {
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': ["frame-ancestors 'self'", ...frames].join(' '),
  };

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuseRequest(response, WRONG_METHOD);
      return;
    }
    const [, path = '', query = ''] = /^([^?#]*)([^#]*)/.exec(request.path) ?? [];
    const file = await openBelow(root, path).catch(() => undefined);
    try {
      const stats = await file?.handle.stat({ bigint: true });
      if (file && stats?.isFile()) {
        await send(file, stats, request, response, headers);
      } else if (stats?.isDirectory() && !path.endsWith('/')) {
        // A page's relative links need the slash. The redirect is relative, so it can't lead to another host.
        const Location = `./${path.slice(path.lastIndexOf('/') + 1)}/${query}`;
        response.writeHead(302, { ...headers, Location, 'Content-Length': '0' }).end();
      } else {
        refuseRequest(response, NOT_FOUND);
      }
    } finally {
      await file?.handle.close();
    }
  };
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly name: string;
}

/** Opens the file or directory at a URL's path, unless a link on the way leads out of `directory`. */
async function openBelow(directory: string, path: string): Promise<OpenFile | undefined> {
  const names = path.replace(/\/$/, '/index.html').split('/').map(decodeURIComponent);
  if (names.shift() !== '' || names.some(isForbidden)) return undefined;

  const root = await realpath(directory);
  const file = await realpath(join(root, ...names));
  if (relative(root, file).split(sep).some(isForbidden)) return undefined;

  // This path contains no link. If one has been put there since, a different file is open now, and its path shows that.
  const handle = await open(file, OPEN_TO_READ | (constants.O_NOFOLLOW ?? 0));
  if ((await pathOf(handle, file)) === file) return { handle, name: file };
  await handle.close();
  return undefined;
}

/** The path of an open file. Linux reports it; elsewhere the name is resolved again. */
async function pathOf({ fd }: FileHandle, file: string): Promise<string> {
  const path = await readlink(`/proc/self/fd/${fd}`).catch(() => realpath(file));
  return path.replace(/ \(deleted\)$/, '');
}

function isForbidden(name: string): boolean {
  return FORBIDDEN_NAME.test(name);
}

async function send(
  { handle, name }: OpenFile,
  { size: bigSize, ino, mtimeNs, mtime }: BigIntStats,
  { method, headers: asked }: FileRequest,
  response: PlainResponse,
  always: Readonly<Record<string, string>>,
): Promise<void> {
  const size = Number(bigSize);
  const etag = `"${ino.toString(36)}-${size.toString(36)}-${mtimeNs.toString(36)}"`;
  const headers = {
    ...always,
    'Cache-Control': 'no-cache',
    ETag: etag,
    'Last-Modified': mtime.toUTCString(),
    'Accept-Ranges': 'bytes',
  };
  if (matches(asked['if-none-match'], etag)) {
    response.writeHead(304, headers).end();
    return;
  }
  const wantsPart = method === 'GET' && [undefined, etag].includes(asked['if-range'] as string);
  const range = wantsPart ? readRange(asked.range, size) : undefined;
  if (range === 'unsatisfiable') {
    const length = { 'Content-Range': `bytes */${size}`, 'Content-Length': '0' };
    response.writeHead(416, { ...headers, ...length }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size };
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'Content-Type': typeOf(name),
    'Content-Length': String(end - start),
    ...(range && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
  });
  if (method === 'HEAD' || start === end) response.end();
  else await sendBytes(handle, start, end, response);
}

/** Sends bytes of a file, as fast as the client takes them. */
async function sendBytes(handle: FileHandle, start: number, end: number, response: PlainResponse) {
  const bytes = handle.createReadStream({ start, end: end - 1, autoClose: false });
  await pipeline(bytes, response, { end: false });
  // The file has become shorter meanwhile, so the announced length can't be met.
  if (bytes.bytesRead < end - start) response.destroy();
  else response.end();
}

/** Whether one of the tags in `If-None-Match` is this one, or any will do (RFC 9110 section 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  const tags = header?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags?.some((tag) => tag === etag || tag === '*') ?? false;
}

function typeOf(name: string): string {
  const type = lookup(name) ?? 'application/octet-stream';
  return type === 'text/html' ? `${type};charset=utf-8` : type;
}
