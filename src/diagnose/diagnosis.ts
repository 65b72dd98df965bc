/**
 * The result of a diagnosis.
 */

/**
 * What is in the way:
 *
 * - `none`: nothing
 * - `address`: the text is not the URL of a WebSocket
 * - `mixed-content`: the page is secure, but the URL is not
 * - `policy`: the page's Content Security Policy forbids it
 * - `unreachable`: nothing listens there, or the certificate is not trusted
 * - `silent`: neither an answer nor a refusal came in time
 * - `refused`: the bridge refuses; `status` and `reason` say why
 * - `hidden`: something answers HTTP, but lets this page read nothing: usually the bridge does not allow its origin
 * - `upgrade`: the bridge would accept, but a proxy in between does not forward the WebSocket's `Upgrade`
 * - `no-websocket`: a server that is not our bridge answers HTTP with `status`, and opens no WebSocket
 * - `redirected`: the server redirects, which WebSockets do not follow
 * - `subprotocol`: a WebSocket opens only without the subprotocols
 * - `buffering`: the WebSocket opens, but what the server sends does not arrive in time
 * - `closed`: the server closes the WebSocket with `code` and `reason`
 * - `cut`: the connection breaks after a while (`after`)
 */
export type DiagnosisCause =
  | 'none'
  | 'address'
  | 'mixed-content'
  | 'policy'
  | 'unreachable'
  | 'silent'
  | 'refused'
  | 'hidden'
  | 'upgrade'
  | 'no-websocket'
  | 'redirected'
  | 'subprotocol'
  | 'buffering'
  | 'closed'
  | 'cut';

/** The result of `diagnose()`. */
export interface Diagnosis {
  readonly cause: DiagnosisCause;
  /** The cause in English, in a sentence or two. */
  readonly message: string;
  /** The URL that was tried. */
  readonly url: string;
  /** The HTTP status of an answer that the page could read. */
  readonly status?: number;
  /** Why the bridge refuses, in its words; or the reason in the close frame. */
  readonly reason?: string;
  /** The close code (RFC 6455 section 7.4). */
  readonly code?: number;
  /** How long it took for the connection to end or be given up, in ms. */
  readonly after?: number;
  /** The version of HTTP that the server speaks to this page, such as `h2`, if it was asked and the browser reveals it. */
  readonly http?: string;
}
