/** Options of the command line: sessions that outlive their WebSockets. */
import type { OptionGroup } from '../option.js';
import { readInteger, readSeconds } from '../readers.js';

export const RESUMABLE: OptionGroup = {
  name: 'resumable',
  title: 'Sessions that outlive their WebSockets',
  options: [
    {
      name: 'linger',
      value: 'SECONDS',
      help: 'how long a session of the flow protocol waits for a client that lost its connection (default 120, 0: do not offer the protocol)',
      sets: 'bridge.linger',
      read: readSeconds,
    },
    {
      name: 'max-suspended',
      value: 'N',
      help: 'how many sessions may wait for their clients; over the limit, the one that has waited longest ends (default 1000)',
      sets: 'bridge.maxSuspended',
      read: readInteger,
    },
    {
      name: 'flow-window',
      value: 'BYTES',
      help: 'bytes in flight or unread in each direction of such a session (default 1048576, minimum 65536)',
      sets: 'bridge.flowWindow',
      read: readInteger,
    },
    {
      name: 'flow-route',
      value: 'NAME',
      help: 'the name of this bridge behind a load balancer: returning clients send ?flow-route=NAME',
      sets: 'bridge.flowRoute',
    },
  ],
};
