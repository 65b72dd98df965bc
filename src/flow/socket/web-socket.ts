/** A WebSocket, or what has its members, as a link of the state machine. */
import type { Channel } from '../../transport/channel.js';
import { closeWith } from '../../transport/close-code.js';
import type { FlowInput, FlowLink } from '../link.js';

/** What is left behind in its properties. */
const ignore = (): void => {};

/**
 * Joins the two.
 * @param expected the subprotocol without which nothing is sent: then it counts as a try that failed
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
    // Nothing else comes from a channel with this `binaryType`; if it does, bytes are missing from now on.
    else lose(1006);
  };
  // Its close follows; of a connection that never was Node 22 tells nothing more.
  socket.onerror = () => {
    if (socket.readyState !== 1) setTimeout(() => isLeft || lose(1006), 0);
  };
  socket.onclose = (event: Partial<CloseEvent> | undefined) => lose(event?.code || 1006);
  return {
    send(message) {
      // After its end it drops what it is given; its close is told soon.
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
