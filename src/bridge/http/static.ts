/**
 * The files of `--web`, read from the disk at each request, so that a changed file is served as it is now.
 * Which file a URL means is decided here, strictly; sirv then sends that one file, with its type and its ETag.
 */
import { statSync } from 'node:fs';
import { access, constants, realpath, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, relative, sep } from 'node:path';
import sirv from 'sirv';
import { refuseRequest } from './refuse.js';

const NOT_FOUND = { status: 404, message: 'Not found.' };
const WRONG_METHOD = {
  status: 405,
  message: 'Only GET and HEAD.',
  headers: { Allow: 'GET, HEAD' },
};

/** Names that are not served: empty, hidden, `..`, and those that hold a separator, a NUL or URL syntax. */
const FORBIDDEN_NAME = /^$|^\.|[/\\\0?#]/;

/** Answers a request for a file. Rejects, without an answer, when the file changes while it is looked up. */
export type FileServer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Serves the files under `directory` to GET and HEAD. Directory listings, dot files and symbolic links that lead
 * out of it do not exist: 404. Throws a RangeError when `directory` is not one.
 */
export function serveFiles(directory: string): FileServer {
  if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RangeError(`Cannot serve "${directory}": it is not a directory`);
  }
  const send = sirv(directory, { dev: true, etag: true, extensions: [] });

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      refuseRequest(response, WRONG_METHOD);
      return;
    }
    const [, path = '', query = ''] = /^([^?#]*)([^#]*)/.exec(request.url ?? '') ?? [];
    const found = await locate(directory, path).catch(() => undefined);
    // A client that has left already would never let go of the file.
    if (response.destroyed) return;
    if (!found) {
      refuseRequest(response, NOT_FOUND);
    } else if (found.isDirectory) {
      // A page's relative links need the slash. The redirect is relative, so it can't lead to another host.
      const Location = `./${path.slice(path.lastIndexOf('/') + 1)}/${query}`;
      response.writeHead(302, { Location, 'Content-Length': '0' }).end();
    } else {
      request.url = `/${encodeURI(found.names.join('/'))}`;
      harden(request, response);
      send(request, response, () => refuseRequest(response, NOT_FOUND));
    }
  };
}

/** Finds what a URL's path means, as the names below the directory that lead there without symbolic links. */
async function locate(directory: string, path: string) {
  const names = path.replace(/\/$/, '/index.html').split('/').map(decodeURIComponent);
  if (names.shift() !== '' || names.some(isForbidden)) return undefined;

  const root = await realpath(directory);
  const file = await realpath(join(root, ...names));
  const realNames = relative(root, file).split(sep);
  if (realNames.some(isForbidden)) return undefined;

  const stats = await stat(file);
  const isDirectory = stats.isDirectory() && !path.endsWith('/');
  if (!isDirectory && !stats.isFile()) return undefined;
  await access(file, constants.R_OK);
  return { names: realNames, isDirectory };
}

function isForbidden(name: string): boolean {
  return FORBIDDEN_NAME.test(name);
}

/** Keeps sirv's known gaps from ending the process. */
function harden(request: IncomingMessage, response: ServerResponse): void {
  // A range that ends before its start makes sirv throw. A server may ignore ranges (RFC 9110 section 14.2).
  delete request.headers.range;
  // sirv pipes the file and watches neither end: a read error would be uncaught, and a client that leaves
  // would leave the file open.
  response.once('pipe', (file: NodeJS.ReadableStream & { destroy(): void }) => {
    file.once('error', () => response.destroy());
    response.once('close', () => file.destroy());
  });
  // A file that grows or shrinks meanwhile has another length than was announced; on a connection of its own
  // that harms no other response.
  response.setHeader('Connection', 'close');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}
