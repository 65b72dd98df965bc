/**
 * websock-client/compat: the API of noVNC's core/websock.js and of websockify-js' websock.js, over `Websock`.
 */
export { Websock, Websock as default, type CompatBytes } from './websock.js';
