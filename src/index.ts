/**
 * TCP-style byte streams for the browser. The public surface.
 * @module websock-client
 */
export { Websock, Websock as default } from './websock.js';
export { WebsockCore, type Settled, type WebsockState } from './websock-core.js';

export type {
  CloseInfo,
  OnceOptions,
  WebsockEventName,
  WebsockEvents,
  WebsockHandler,
  WebsockTap,
} from './events.js';
export type { WebsockCoreOptions, WebsockOptions, WebSocketClass } from './options.js';
export type { Channel } from './transport/channel.js';
export type { FlowOption } from './transport/flow.js';
export type { ResumedInfo, SuspendedInfo } from './transport/transport.js';
export type { DuplexChannel, DuplexStream, SocketStream } from './transport/duplex.js';

export {
  ReceiveQueue,
  type CopyOptions,
  type ReceiveQueueOptions,
} from './receive/receive-queue.js';
export type { QueueView } from './receive/queue-view.js';
export type {
  Delimiter,
  ReadOptions,
  ReadSomeOptions,
  ReadUntilOptions,
} from './receive/byte-reader.js';
export type { NumberReads } from './receive/number-reads.js';
export type { DrainOptions } from './send/drain.js';
export { SendQueue, type Bytes, type SendQueueOptions, type SendSink } from './send/send-queue.js';

export {
  ReceiveUnderflowError,
  WebsockClosedError,
  WebsockError,
  type WebsockErrorCode,
} from './errors.js';
