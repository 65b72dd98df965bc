/**
 * The public surface of `websock-client/bridge`: WebSocket to TCP, in Node.
 */
export type { Address, Target, TcpTarget, UnixAddress } from './address.js';
export {
  type Authenticate,
  type BridgeOptions,
  OptionError,
  type TargetSource,
} from './options.js';
export type { Refusal } from './refuse.js';
export { type Bridge, createBridge } from './server.js';
