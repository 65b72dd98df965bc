/** Events of the page: the network is back, the page is visible again, or it was restored from the back/forward cache. */

/** The members of `globalThis` that are used, where they exist. */
interface Surroundings {
  readonly addEventListener?: EventTarget['addEventListener'];
  readonly document?: EventTarget & { readonly visibilityState: string };
}

/** Receives the events. */
export interface PageListener {
  nudge(): void;
  restored(): void;
}

/** Listens until the function that it returns is called; in Node there is nothing to listen to. */
export function listenToPage(listener: PageListener): () => void {
  const page = globalThis as Surroundings;
  const stop = new AbortController();
  const { signal } = stop;
  page.addEventListener?.('online', () => listener.nudge(), { signal });
  page.addEventListener?.(
    'pageshow',
    (event) => {
      if ((event as PageTransitionEvent).persisted) listener.restored();
    },
    { signal },
  );
  page.document?.addEventListener(
    'visibilitychange',
    () => {
      if (page.document?.visibilityState === 'visible') listener.nudge();
    },
    { signal },
  );
  return () => stop.abort();
}
