/**
 * How much of the data sent over a TCP connection the peer's system has not confirmed yet. Linux reports this for all
 * connections in two files; they are read at most ten times a second, and only while somebody asks.
 */
import { readFile, readlink } from 'node:fs/promises';

const FILES = ['/proc/self/net/tcp', '/proc/self/net/tcp6'];
/** How long the tables are used before they are read again, in ms. */
const MAX_AGE = 100;

let table: Promise<string> | undefined;

/** The unconfirmed bytes of the socket with this file descriptor; undefined if the system does not tell, as for unix sockets. */
export async function unconfirmedBytes(fd: number): Promise<number | undefined> {
  if (process.platform !== 'linux' || fd < 0) return undefined;
  const link = await readlink(`/proc/self/fd/${fd}`).catch(() => '');
  const [, inode] = /^socket:\[(\d+)\]$/.exec(link) ?? [];
  if (inode === undefined) return undefined;
  table ??= readTable();
  // sl local remote st tx:rx tr:when retrnsmt uid timeout inode ...
  const line = new RegExp(
    `^ *\\d+: \\S+ \\S+ \\S+ ([\\dA-F]+):\\S+ \\S+ \\S+ +\\d+ +\\d+ ${inode} `,
    'm',
  );
  const [, bytes] = line.exec(await table) ?? [];
  return bytes === undefined ? undefined : Number.parseInt(bytes, 16);
}

async function readTable(): Promise<string> {
  setTimeout(() => (table = undefined), MAX_AGE).unref();
  const texts = await Promise.all(FILES.map((file) => readFile(file, 'latin1').catch(() => '')));
  return texts.join('');
}
