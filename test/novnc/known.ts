/**
 * The noVNC tests that cannot pass on our class, by full title, with the reasons. test/unit/compat tests the same behaviour
 * on our class.
 */
const QUEUE = 'sets the buffer behind the receive queue and its indices by name';
const CLOSE = 'spies on the close() of a channel that is over; calling it does nothing there';
const ATTACH = 'a closed channel is refused, as docs/migrating-from-novnc.md says';

export const KNOWN: ReadonlyMap<string, string> = new Map([
  [
    'Remote Frame Buffer protocol client Public API basic behavior #clipboardPasteFrom should flush multiple times for large clipboards',
    'spies on flush(), which a full queue of ours does not go through',
  ],
  [
    'Websock Send queue methods flush should actually send on the websocket',
    'puts the bytes into the private buffer behind the send queue',
  ],
  [
    'Websock lifecycle methods closing should not try to close the actual websocket if closing',
    CLOSE,
  ],
  [
    'Websock lifecycle methods closing should not try to close the actual websocket if closed',
    CLOSE,
  ],
  [
    'Websock lifecycle methods closing should reset onmessage to not call _recvMessage',
    'spies on a private method; ours stays, and drops what comes',
  ],
  ['Websock lifecycle methods ready state should be "closed" if WebSocket is closed', ATTACH],
  ['Websock lifecycle methods ready state should be "closed" if RTCDataChannel is closed', ATTACH],
  ['Websock WebSocket receiving should compact the receive queue when fully read', QUEUE],
  [
    'Websock WebSocket receiving should compact the receive queue when we reach the end of the buffer',
    QUEUE,
  ],
  [
    'Websock WebSocket receiving should automatically resize the receive queue if the incoming message is larger than the buffer',
    QUEUE,
  ],
  [
    'Websock WebSocket receiving should automatically resize the receive queue if the incoming message is larger than 1/8th of the buffer and we reach the end of the buffer',
    QUEUE,
  ],
]);
