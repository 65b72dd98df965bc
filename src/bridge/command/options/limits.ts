/** Options of the command line: times, counts and sizes. */
import type { OptionGroup } from '../option.js';
import { readInteger, readSeconds } from '../readers.js';

export const LIMITS: OptionGroup = {
  name: 'limits',
  title: 'Limits',
  options: [
    {
      name: 'heartbeat',
      value: 'SECONDS',
      help: 'ping each client this often and drop it if it does not answer (default 25, 0: off)',
      sets: 'bridge.heartbeat',
      read: readSeconds,
    },
    {
      name: 'connect-timeout',
      value: 'SECONDS',
      help: 'how long the target may take to accept (default 10)',
      sets: 'bridge.connectTimeout',
      read: readSeconds,
    },
    {
      name: 'read-timeout',
      value: 'SECONDS',
      help: 'drop a target that is silent for this long (default 0: never)',
      sets: 'bridge.readTimeout',
      read: readSeconds,
    },
    {
      name: 'send-timeout',
      value: 'SECONDS',
      help: 'drop a target that accepts no data for this long (default 300, 0: never)',
      sets: 'bridge.sendTimeout',
      read: readSeconds,
    },
    {
      name: 'max-connections',
      value: 'N',
      help: 'concurrent connections; more get 503 (default 10000, 0: no limit)',
      sets: 'bridge.maxConnections',
      read: readInteger,
    },
    {
      name: 'max-connections-per-address',
      value: 'N',
      help: 'connections from one address or IPv6 /64; more get 429 (default 2000, 0: no limit)',
      sets: 'bridge.maxConnectionsPerAddress',
      read: readInteger,
    },
    {
      name: 'max-sessions-per-token',
      value: 'N',
      help: 'sessions with one token, or of one user where there are no tokens; more get 429 (default 0: no limit)',
      sets: 'bridge.maxSessionsPerToken',
      read: readInteger,
    },
    {
      name: 'max-duration',
      value: 'SECONDS',
      help: 'how long a session may last (default 0: forever)',
      sets: 'bridge.maxDuration',
      read: readSeconds,
    },
    {
      name: 'rate',
      value: 'BYTES',
      help: 'how many bytes a second a session may carry each way (default 0: no limit)',
      sets: 'bridge.rate',
      read: readInteger,
    },
    {
      name: 'max-payload',
      value: 'BYTES',
      help: 'the largest message from a client (default 1048576)',
      sets: 'bridge.maxPayload',
      read: readInteger,
    },
    {
      name: 'max-fragments',
      value: 'N',
      help: 'the most fragments in one message (default 1024)',
      sets: 'bridge.maxFragments',
      read: readInteger,
    },
    {
      name: 'max-frame',
      value: 'BYTES',
      help: 'the largest message to a client (default 1048576)',
      sets: 'bridge.maxFrame',
      read: readInteger,
    },
  ],
};
