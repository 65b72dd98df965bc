/**
 * What a page needs to continue a session after a reload, kept in the tab's storage meanwhile. Whoever reads it could take the
 * session over, so the page removes it at once.
 */

/** What a page needs to continue a session. */
export interface Kept {
  readonly url: string;
  /** The frozen state of the socket. */
  readonly stream: string;
  readonly charset: string;
  /** The bytes with which the server would agree on the options in use. */
  readonly agreement: readonly number[];
  /** The output that restores the screen. */
  readonly screen: string;
  /** The unfinished line. */
  readonly line: string;
}

const KEY = 'wstelnet.session';

/** Keeps a session. With no storage, or too little, it is lost. */
export function keep(kept: Kept): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // The bridge keeps the session for a while, then ends it.
  }
}

/** Removes the kept session, and returns it if it is one at `url`. */
export function takeKept(url: string): Kept | undefined {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Kept | null;
    sessionStorage.removeItem(KEY);
    return kept?.url === url ? kept : undefined;
  } catch {
    return undefined;
  }
}
