/**
 * Channels without a network, for testing a client: `attach()` one, or open it through the option `WebSocket`, and play the server,
 * or let a recording play it. They need no test runner, and no DOM beyond `Event`, `MessageEvent` and `DOMException`.
 * @module websock-client/testing
 */
export type { DeliverOptions, FakeChannel } from './fake-channel.js';
export { FakeDataChannel } from './fake-data-channel.js';
export { FakeWebSocket } from './fake-web-socket.js';
export { playRecording, type PlayRecordingOptions } from './play-recording.js';
export { parseRecording, RecordingParser, type RecordedPart } from './recording.js';
export { streamPair, type BytePair } from './stream-pair.js';
