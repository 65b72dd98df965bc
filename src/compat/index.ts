/**
 * The API of noVNC's core/websock.js and of websockify-js' websock.js, over `WebsockCore`.
 * @module websock-client/compat
 */
export { Websock, Websock as default, type CompatBytes } from './websock.js';
