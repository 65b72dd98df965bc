/**
 * WebSocket to TCP, in Node: the public surface.
 * @module websock-client/bridge
 */
export type { Address, Target, TcpTarget, UnixAddress } from './address.js';
export { OptionError } from './option-error.js';
export type { Authenticate, BridgeOptions, TargetSource } from './options.js';
export type { BridgeEvent, Closed, Failed, Left, Opened, Refused } from './events.js';
export type { Refusal } from './refuse.js';
export { type Bridge, createBridge } from './server.js';
export { type Authenticator } from './auth/authenticator.js';
export { authenticateWith } from './auth/authenticate-with.js';
export { openAuthenticator } from './auth/open-authenticator.js';
export { openTokenSource } from './targets/open-token-source.js';
export { signTarget, type SignTargetOptions } from './targets/signed-target.js';
export {
  signedTargets,
  type SignatureRules,
  type TargetRules,
  tokenTargets,
  type TokenRules,
} from './targets/target-source.js';
export type { TokenSource } from './targets/token-source.js';
export type { Traffic } from './relay.js';
export type { TlsOptions } from './tls-context.js';
export type { UnixSource } from './unix.js';
