/**
 * The WebSocket-to-TCP bridge, for Node: its public API.
 * @module websock-client/bridge
 */
export type { Address, Target, TcpTarget, UnixAddress } from './base/address.js';
export { type Claim, type Entry, type Ledger, LocalLedger, type Tally } from './base/ledger.js';
export { OptionError } from './base/option-error.js';
export type { HostOptions, VhostOptions } from './host-options.js';
export type { ListenerOptions, ListenRules } from './listener-options.js';
export type { BridgeOptions } from './options.js';
export type { Authenticate, TargetSource } from './access/contracts.js';
export type { ErrorFacts } from './base/text.js';
export type {
  Answered,
  BridgeEvent,
  Closed,
  Expired,
  Failed,
  Left,
  Opened,
  Refused,
  Resumed,
  Suspended,
} from './log/events.js';
export type { Refusal } from './base/refusal.js';
export type { BridgeRequest } from './base/request.js';
export type { Bridge } from './bridge.js';
export { createBridge } from './server.js';
export { type Authenticator } from './access/auth/authenticator.js';
export { authenticateWith, type AuthenticationRules } from './access/auth/authenticate-with.js';
export { openAuthenticator } from './access/auth/open-authenticator.js';
export { openTokenSource } from './access/targets/open-token-source.js';
export type { RelayRules } from './access/targets/relay-target.js';
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
export type { CertificateFiles, TlsOptions } from './port/tls-context.js';
export type { InheritedSource } from './base/inherited.js';
export type { UnixSource } from './base/unix.js';
