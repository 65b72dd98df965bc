/**
 * WebSocket to TCP, in Node: the public surface.
 * @module websock-client/bridge
 */
export type { Address, Target, TcpTarget, UnixAddress } from './base/address.js';
export { OptionError } from './base/option-error.js';
export type { BridgeOptions } from './options.js';
export type { Authenticate, TargetSource } from './access/contracts.js';
export type { BridgeEvent, Closed, Failed, Left, Opened, Refused } from './log/events.js';
export type { Refusal } from './base/refusal.js';
export type { BridgeRequest } from './base/request.js';
export { type Bridge, createBridge } from './server.js';
export { type Authenticator } from './access/auth/authenticator.js';
export { authenticateWith } from './access/auth/authenticate-with.js';
export { openAuthenticator } from './access/auth/open-authenticator.js';
export { openTokenSource } from './access/targets/open-token-source.js';
export { signTarget, type SignTargetOptions } from './access/targets/signed-target.js';
export {
  signedTargets,
  type SignatureRules,
  type TargetRules,
  tokenTargets,
  type TokenRules,
} from './access/targets/target-source.js';
export type { TokenSource } from './access/targets/token-source.js';
export type { RecordFormat } from './session/record/format.js';
export type { RecordOptions } from './session/record/recorder.js';
export type { Traffic } from './session/relay.js';
export type { TlsOptions } from './port/tls-context.js';
export type { UnixSource } from './base/unix.js';
