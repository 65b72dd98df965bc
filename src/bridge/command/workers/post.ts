/**
 * What tells a process that it is a worker.
 */

/** Says to a process whose worker it is, which one, and where the others take what comes back to the wrong one. */
export const WORKER = 'WEBSOCK_WORKER';

/** What a worker is told at its start. */
export interface Post {
  readonly main: number;
  readonly number: number;
  readonly count: number;
  readonly directory: string;
  /** Whether anybody wants to know what happens to its clients. */
  readonly reports: boolean;
}

const text = process.env[WORKER];
// Whatever this process starts is no worker.
delete process.env[WORKER];
const post = text === undefined ? undefined : (JSON.parse(text) as Post);

/** What this process is to do as a worker, if it is one. One whose main process is no more ends at once. */
export function readPost(): Post | undefined {
  if (post && (post.main !== process.ppid || !process.connected)) process.exit(1);
  return post;
}
