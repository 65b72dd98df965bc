/** What to tell about a connection that ended, or never came about: what it was, and what to do. */

export interface Ending {
  readonly url: string;
  /** It was open before. */
  readonly opened: boolean;
  /** More bytes came than may wait to be shown. */
  readonly overflow: boolean;
  /** The user asked for it. */
  readonly closedHere: boolean;
  /** The close code and reason, RFC 6455 section 7.4. */
  readonly code: number;
  readonly reason: string;
}

export function describeEnd({ url, opened, overflow, closedHere, code, reason }: Ending): string {
  if (closedHere) return opened ? 'You closed the connection.' : 'You cancelled.';
  if (overflow) {
    return 'More output arrived than this page could hold, so it hung up. What came before is shown.';
  }
  // The browser tells a page nothing about why, so that pages can't spy on a network.
  if (!opened) {
    const here = URL.canParse(url) && new URL(url).host === location.host;
    const origin = here ? '' : ` or does not let this page in (--allow-origin ${location.origin})`;
    return (
      `No connection to ${url}. Either nothing answers there, or the bridge refused: ` +
      `it can't reach its server${origin}.`
    );
  }
  switch (code) {
    case 1000:
      return 'The server closed the connection.';
    case 1001:
      return 'The bridge is shutting down. Connect again when it is back.';
    case 1006:
      return 'The connection was lost: the network failed, or the bridge stopped. Connect again.';
    case 1011:
      return `The bridge lost its connection to the server${reason && `: ${reason}`}.`;
    default:
      return `The connection was closed with code ${code}${reason && `: ${reason}`}.`;
  }
}

/** For what the browser refuses to even try: the exception of `new WebSocket()`. */
export function describeRefusal(url: string, error: Error): string {
  return error.name === 'SecurityError'
    ? `This page came over HTTPS, so the browser allows encrypted connections only. Check Encrypt.`
    : `${url} is no address that the browser can connect to. Check host, port and path.`;
}
