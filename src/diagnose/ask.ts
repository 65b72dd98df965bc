/**
 * Asks by plain HTTP what answers at the URL of a WebSocket.
 */

/** The field by which our bridge tells what it makes of a WebSocket, and shows that it is one. */
const FIELD = 'Websock-Diagnose';

/** What answered. */
export interface Answer {
  /**
   * `bridge`: ours, with the status and the text that a WebSocket would get; `server`: another one; `redirect`: one that
   * leads elsewhere; `hidden`: one that this page may not read; `none`: nobody; `late`: nobody in time.
   */
  readonly from: 'bridge' | 'server' | 'redirect' | 'hidden' | 'none' | 'late';
  /** The HTTP status, where it can be seen. */
  readonly status?: number;
  readonly text?: string;
  /** The version of HTTP, such as `h2`, where the browser tells. */
  readonly http?: string;
}

/** The longest text of a bridge, in characters. */
const TEXT_MAX = 200;

/** Asks. Never rejects. */
export async function ask(webSocketUrl: string, timeout: number): Promise<Answer> {
  const url = webSocketUrl.replace(/^ws/, 'http');
  const options = { cache: 'no-store', signal: AbortSignal.timeout(timeout) } as const;
  try {
    const headers = { [FIELD]: '1' };
    const response = await fetch(url, { ...options, redirect: 'manual', headers });
    const { status } = response;
    if (response.type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      await response.body?.cancel();
      return { from: 'redirect' };
    }
    const isOurs = response.headers.has(FIELD);
    const text = isOurs ? (await response.text()).trim().slice(0, TEXT_MAX) : '';
    if (!isOurs) await response.body?.cancel();
    const http = versionOf(url);
    return { from: isOurs ? 'bridge' : 'server', status, text, ...(http && { http }) };
  } catch (error) {
    if ((error as Error).name === 'TimeoutError') return { from: 'late' };
  }
  try {
    // What the page may not read still tells that something answers. Files may be kept from it altogether (CORP).
    await fetch(new URL('/healthz', url), { ...options, mode: 'no-cors' });
    return { from: 'hidden' };
  } catch (error) {
    return { from: (error as Error).name === 'TimeoutError' ? 'late' : 'none' };
  }
}

/** The version of the last request, which only browsers tell, and of other origins only if these allow it. */
function versionOf(url: string): string | undefined {
  const entry = performance.getEntriesByName(url, 'resource').at(-1);
  return (entry as Partial<PerformanceResourceTiming> | undefined)?.nextHopProtocol;
}
