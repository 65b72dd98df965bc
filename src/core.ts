/**
 * The socket without its asynchronous part: smaller, for parsers that read synchronously.
 * @module websock-client/core
 */
export {
  WebsockCore,
  WebsockCore as default,
  type Settled,
  type WebsockState,
} from './websock-core.js';

export type {
  CloseInfo,
  OnceOptions,
  WebsockEventName,
  WebsockEvents,
  WebsockHandler,
} from './events.js';
export type { WebsockCoreOptions, WebSocketClass } from './options.js';
export type { QueueView } from './receive/queue-view.js';
export type { Bytes } from './send/send-queue.js';
export type { Channel } from './transport/channel.js';
export type { ResumedInfo, SuspendedInfo } from './transport/transport.js';

export {
  ReceiveUnderflowError,
  WebsockClosedError,
  WebsockError,
  type WebsockErrorCode,
} from './errors.js';
