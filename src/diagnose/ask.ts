/**
 * Finds out by plain HTTP what answers at the URL of a WebSocket.
 */

/** The header field that asks our bridge how it would answer a WebSocket; it is in the response if our bridge answers. */
const FIELD = 'Websock-Diagnose';

/** What answered. */
export interface Answer {
  /**
   * `bridge`: our bridge, with the status and the text that a WebSocket would get; `server`: another server; `redirect`: a
   * server that redirects; `hidden`: a server whose answer this page may not read; `none`: nothing; `late`: nothing in time.
   */
  readonly from: 'bridge' | 'server' | 'redirect' | 'hidden' | 'none' | 'late';
  /** The HTTP status, if the page may read it. */
  readonly status?: number;
  readonly text?: string;
  /** The version of HTTP, such as `h2`, if the browser reveals it. */
  readonly http?: string;
}

/** How much of the bridge's text is kept, in characters. */
const TEXT_MAX = 200;

/** Sends the requests; never rejects. */
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
    // Even an answer that the page may not read shows that a server is there. Files could be blocked altogether (CORP).
    await fetch(new URL('/healthz', url), { ...options, mode: 'no-cors' });
    return { from: 'hidden' };
  } catch (error) {
    return { from: (error as Error).name === 'TimeoutError' ? 'late' : 'none' };
  }
}

/** The HTTP version of the last request. Only browsers reveal it, and for another origin only if that allows it. */
function versionOf(url: string): string | undefined {
  const entry = performance.getEntriesByName(url, 'resource').at(-1);
  return (entry as Partial<PerformanceResourceTiming> | undefined)?.nextHopProtocol;
}
