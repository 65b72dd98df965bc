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
export type { BridgeEvent, Closed, Failed, Left, Opened, Refused } from './events.js';
export type { Refusal } from './refuse.js';
export { type Bridge, createBridge } from './server.js';
export type { Traffic } from './relay.js';
export type { TlsOptions } from './tls.js';
export type { UnixSource } from './unix.js';
