/** Opens the WebSockets of a flow transport, which uses one after the other. */
import { WebsockError } from '../../errors.js';
import type { Channel } from '../../transport/channel.js';
import { withoutSecrets } from '../../transport/failure.js';
import type { FlowTools } from '../../transport/flow.js';
import type { FlowInput, FlowLink } from '../link.js';
import { RESUME_PROTOCOL } from '../message.js';
import { linkTo } from './web-socket.js';

/**
 * @throws WebsockError `ERR_STATE` when the runtime has no WebSocket and the option `WebSocket` is not set
 * @throws DOMException (SyntaxError) as WebSocket does
 */
export function dial(
  url: string,
  protocols: string[],
  { options }: FlowTools,
): Channel & { readonly url?: string } {
  const { WebSocket = globalThis.WebSocket } = options;
  if (!WebSocket) {
    const advice = 'this runtime has no WebSocket: pass one as the option WebSocket';
    throw new WebsockError('ERR_STATE', `Cannot open ${withoutSecrets(url)}: ${advice}`);
  }
  return new WebSocket(url, protocols) as Channel;
}

/**
 * Opens a WebSocket to resume a session, once its address is known. A failure before there is a WebSocket is reported as its
 * close, and never before this returns: the state machine has to know its link first.
 */
export function redial(
  address: () => Promise<string>,
  input: FlowInput,
  tools: FlowTools,
): FlowLink {
  let link: FlowLink | undefined;
  let isLeft = false;
  const open = async (): Promise<void> => {
    const url = await address();
    if (!isLeft) link = linkTo(dial(url, [RESUME_PROTOCOL], tools), input, RESUME_PROTOCOL);
  };
  open().catch(() => {
    if (!isLeft) input.closed(1006);
  });
  return {
    send: (message) => link?.send(message),
    close(code, reason) {
      isLeft = true;
      link?.close(code, reason);
    },
  };
}
