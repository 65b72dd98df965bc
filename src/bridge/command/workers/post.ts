/**
 * Tells a process that it is a worker.
 */

/** The environment variable with a worker's Post, as JSON. */
export const WORKER = 'WEBSOCK_WORKER';

/** What a worker learns at its start: the main process's ID, its own number, how many workers there are, and their directory. */
export interface Post {
  readonly main: number;
  readonly number: number;
  readonly count: number;
  readonly directory: string;
  /** Whether to report what happens to its clients. */
  readonly reports: boolean;
}

const text = process.env[WORKER];
// Processes that this one starts are not workers.
delete process.env[WORKER];
const post = text === undefined ? undefined : (JSON.parse(text) as Post);

/** This process's post, if it is a worker. A worker whose main process has ended exits at once. */
export function readPost(): Post | undefined {
  if (post && (post.main !== process.ppid || !process.connected)) process.exit(1);
  return post;
}
