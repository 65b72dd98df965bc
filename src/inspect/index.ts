/**
 * Looks into a socket: the bytes in each direction and their times, how full its queues are, and telnet's options at both ends.
 * @module websock-client/inspect
 */
export {
  Inspector,
  type Inspectable,
  type InspectDecoder,
  type InspectorOptions,
  type SocketStatus,
} from './inspector.js';
export type { InspectRecord } from './log.js';
export { hexDump, printable } from './dump.js';
export { toRecording, type RecordingFormat } from './recording.js';
export {
  TelnetObserver,
  type TelnetOptionStatus,
  type TelnetSideStatus,
} from './telnet-observer.js';
