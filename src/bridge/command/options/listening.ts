/** Options of the command line: where the bridge listens. */
import type { OptionGroup } from '../option.js';
import { readMode } from '../readers.js';

export const LISTENING: OptionGroup = {
  title: 'Listening',
  options: [
    {
      name: 'unix-listen',
      value: 'FILE',
      help: 'listen on the unix socket FILE; replaces the source argument',
      sets: 'unixListen',
    },
    {
      name: 'unix-listen-mode',
      value: 'MODE',
      help: 'file mode of the socket (default 0600)',
      sets: 'unixListenMode',
      read: readMode,
    },
    {
      name: 'prefer-ipv6',
      short: '6',
      help: 'listen on IPv6: a port alone on ::1, a host name on its IPv6 address',
      sets: 'ipv6',
    },
  ],
};
