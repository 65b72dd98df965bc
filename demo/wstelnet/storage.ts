/** What the page keeps in the browser, as JSON. Without storage (a private window, a sandbox) it starts anew each time. */

/** Returns the object kept under `key`, or an empty one. */
export function load(key: string): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key) ?? '{}');
    return Object(kept) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export function save(key: string, value: object): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // It lasts only as long as the page does.
  }
}
