/**
 * What is in the way, in English.
 */
import type { Diagnosis } from './diagnosis.js';

/** Says in a sentence or two what was found. */
export function sentenceFor(found: Omit<Diagnosis, 'message'>, origin: string): string {
  const { url, status, reason, code, after = 0 } = found;
  const said = reason ? `: ${reason}` : '.';
  const time = `${(after / 1000).toFixed(after < 10_000 ? 1 : 0)} s`;
  switch (found.cause) {
    case 'none':
      return 'Nothing is in the way.';
    case 'address':
      return `${url} is not the URL of a WebSocket.`;
    case 'mixed-content':
      return 'This page was loaded over HTTPS, so the browser allows only encrypted WebSockets (wss:).';
    case 'policy':
      return "This page's Content Security Policy (connect-src) does not allow the connection.";
    case 'unreachable':
      return `Nothing answers at ${url}, or the browser does not trust its certificate.`;
    case 'silent':
      return `Neither an answer nor a refusal came from ${url}: a firewall may be dropping the packets.`;
    case 'refused':
      return `The bridge refuses with ${status}${said}`;
    case 'hidden':
      return `A server answers, but not to pages of ${origin}. If it is the bridge, allow them with --allow-origin ${origin}.`;
    case 'upgrade':
      return 'The bridge would accept, but the WebSocket does not reach it: a proxy in between does not forward Upgrade.';
    case 'no-websocket':
      return `A server answers HTTP with status ${status}, but opens no WebSocket: it is not the bridge, or a proxy answers in its place.`;
    case 'redirected':
      return 'The server redirects, for example to a login page. WebSockets do not follow redirects.';
    case 'subprotocol':
      return 'The server accepts a WebSocket, but none of the subprotocols offered.';
    case 'buffering':
      return `The WebSocket opens, but nothing comes back within ${time}: a proxy in between holds the bytes back.`;
    case 'closed':
      return `The server closes the WebSocket after ${time} with code ${code}${said}`;
    case 'cut':
      return `The connection is cut after ${time}: a proxy in between may close idle connections.`;
  }
}
