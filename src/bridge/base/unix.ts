/**
 * Unix sockets to listen on, and the rule for the path of any unix socket.
 */

/** A unix socket to listen on. */
export interface UnixSource {
  readonly path: string;
  /** The mode of the file, which decides who may connect. Default 0o600. */
  readonly mode?: number | undefined;
  /** The name of its rules in `listenRules`. Default: the bridge's own options. */
  readonly rules?: string | undefined;
}

/** The longest path of a socket, in bytes: `sun_path` without its NUL. The system call would truncate a longer one. */
const MAX_PATH = process.platform === 'linux' ? 107 : 103;

/** Whether a unix socket can have this path. */
export function isSocketPath(path: string): boolean {
  return path !== '' && !path.includes('\0') && Buffer.byteLength(path) <= MAX_PATH;
}

/** The rule for a path, for messages. */
export const SOCKET_PATH_RULE = `expected a path of 1 to ${MAX_PATH} bytes`;
