/**
 * The public surface of `websock-client/bridge`: WebSocket to TCP, in Node.
 */
export type { Address } from './address.js';
export type { BridgeOptions } from './options.js';
export { type Bridge, createBridge } from './server.js';
