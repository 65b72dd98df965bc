/**
 * The flow protocol: a byte stream with credit-based flow control and half-close that outlives its WebSocket. This entry has
 * the option `flow` of a `Websock`, and the state machines of both ends, which do no I/O and set no timers.
 * @module websock-client/flow
 */
export {
  FlowClient,
  type FlowClientHost,
  type FlowClientSettings,
  type FlowClientState,
} from './client.js';
export type { CredentialsState as FlowCredentialsState } from './credentials.js';
export { FlowEnd, type FlowSettings } from './end.js';
export type { IncomingState as FlowIncomingState } from './incoming.js';
export { flow, type FlowOptions } from './socket/flow.js';
export type { FlowEnding, FlowHost, FlowInput, FlowLink } from './link.js';
export {
  FLOW_PROTOCOL,
  RESUME_PROTOCOL,
  type Confirmation as FlowConfirmation,
  type ResumeMessage,
} from './message.js';
export type { OutgoingState as FlowOutgoingState } from './outgoing.js';
export { receiveResume, type Resumable } from './resume.js';
export { FlowServer, type FlowServerHost, type FlowServerSettings } from './server.js';
