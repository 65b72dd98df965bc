/** A WebSocket, or an object with its members, as a link of the state machine. */
import type { Channel } from '../../transport/channel.js';
import { closeWith } from '../../transport/close-code.js';
import type { FlowInput, FlowLink } from '../link.js';

/** The handler that an abandoned socket is left with. */
const ignore = (): void => {};

/**
 * Passes the socket's events to `input`, and returns the link that sends over it.
 * @param expected the required subprotocol: if the server chooses another, nothing is sent and the attempt has failed
 */
export function linkTo(socket: Channel, input: FlowInput, expected: string): FlowLink {
  let isLeft = false;
  const leave = (): void => {
    isLeft = true;
    socket.onopen = socket.onmessage = socket.onerror = socket.onclose = ignore;
  };
  const lose = (code: number): void => {
    leave();
    input.closed(code);
  };
  const close = (code?: number): void => closeWith(code, (allowed) => socket.close(allowed));
  socket.binaryType = 'arraybuffer';
  socket.onopen = () => {
    if (socket.protocol === expected) return input.opened();
    lose(1006);
    return close();
  };
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    if (typeof data === 'string') input.message(data);
    else if (data instanceof ArrayBuffer) input.message(new Uint8Array(data));
    // With this `binaryType` a channel delivers nothing else; if it does, the stream has lost bytes.
    else lose(1006);
  };
  // A `close` event follows, except in Node 22 when the connection never opened.
  socket.onerror = () => {
    if (socket.readyState !== 1) setTimeout(() => isLeft || lose(1006), 0);
  };
  socket.onclose = (event: Partial<CloseEvent> | undefined) => lose(event?.code || 1006);
  return {
    send(message) {
      // After its end the message is dropped; its `close` event follows soon.
      if (socket.readyState === 1 || socket.readyState === 'open') {
        socket.send(message as Uint8Array<ArrayBuffer>);
      }
    },
    close(code) {
      leave();
      close(code);
    },
  };
}
