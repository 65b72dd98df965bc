/** Options of the command line: what else is served on the port. */
import { parseEnd } from '../../base/address.js';
import type { OptionGroup } from '../option.js';
import { readSeconds } from '../readers.js';

export const PORT: OptionGroup = {
  title: 'Other protocols on the port',
  options: [
    {
      name: 'fallback',
      value: 'TARGET',
      help: 'carry connections that speak neither HTTP nor TLS to host:port or unix:PATH, such as localhost:22 for SSH on the same port',
      sets: 'bridge.fallback',
      read: parseEnd,
    },
    {
      name: 'silence-timeout',
      value: 'SECONDS',
      help: 'also carry to --fallback who says nothing for this long, for protocols in which the server speaks first (default 0: never)',
      sets: 'bridge.silenceTimeout',
      read: readSeconds,
    },
    {
      name: 'raw',
      help: 'carry every connection to the target as it is, without HTTP and WebSockets, behind TLS if there is --cert',
      sets: 'bridge.raw',
    },
  ],
};
