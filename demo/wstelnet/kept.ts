/**
 * A session that goes on when its page is reloaded: what the next page needs of it, kept with the tab meanwhile. Whoever reads
 * it could take the session over, so it is taken away at once.
 */

/** What a page needs to go on. */
export interface Kept {
  readonly url: string;
  /** The state of the socket. */
  readonly stream: string;
  readonly charset: string;
  /** What the server would say to agree on the options that are in use. */
  readonly agreement: readonly number[];
  /** What makes the screen as it was. */
  readonly screen: string;
  /** What was typed of a line. */
  readonly line: string;
}

const KEY = 'wstelnet.session';

/** Keeps it. Where there is no storage, or too little, it is lost. */
export function keep(kept: Kept): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // The bridge waits for a while, and then ends it.
  }
}

/** Takes away what was kept of a session at `url`. */
export function takeKept(url: string): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Kept | null;
    sessionStorage.removeItem(KEY);
    return kept?.url === url ? kept : undefined;
  } catch {
    return undefined;
  }
}
