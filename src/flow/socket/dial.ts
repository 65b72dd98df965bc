/** Opens WebSockets for a transport over several of them. */
import { WebsockError } from '../../errors.js';
import type { Channel } from '../../transport/channel.js';
import type { FlowTools } from '../../transport/flow.js';

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
    throw new WebsockError('ERR_STATE', `Cannot open ${url}: ${advice}`);
  }
  return new WebSocket(url, protocols) as Channel;
}
