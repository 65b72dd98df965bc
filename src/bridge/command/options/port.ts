/** Options of the command line: what else is served on the port. */
import { parseEnd } from '../../base/address.js';
import type { OptionGroup } from '../option.js';
import { readSeconds } from '../readers.js';

export const PORT: OptionGroup = {
  name: 'port',
  title: 'Other protocols on the port',
  options: [
    {
      name: 'http2',
      help: 'serve HTTP/2 as well: over TLS if the client chooses it, without TLS for clients with prior knowledge',
      sets: 'bridge.http2',
    },
    {
      name: 'fallback',
      value: 'TARGET',
      help: 'forward connections that are neither HTTP nor TLS to host:port or unix:PATH, such as localhost:22 for SSH on the same port',
      sets: 'bridge.fallback',
      read: parseEnd,
    },
    {
      name: 'silence-timeout',
      value: 'SECONDS',
      help: 'also forward clients that send nothing for this long to --fallback, for protocols in which the server speaks first (default 0: never)',
      sets: 'bridge.silenceTimeout',
      read: readSeconds,
    },
    {
      name: 'raw',
      help: 'forward every connection to the target unchanged, without HTTP or WebSockets; with --cert, the bridge terminates TLS',
      sets: 'bridge.raw',
    },
  ],
};
