/** Options of the command line: where the bridge listens. */
import type { OptionGroup } from '../option.js';
import { readMode } from '../readers.js';

export const LISTENING: OptionGroup = {
  name: 'listening',
  title: 'Listening',
  options: [
    {
      name: 'listen',
      value: '[HOST:]PORT',
      help: 'listen on this address (repeatable); replaces the source argument',
      sets: 'listen',
      repeatable: true,
    },
    {
      name: 'unix-listen',
      value: 'FILE',
      help: 'listen on the unix socket FILE (repeatable); replaces the source argument',
      sets: 'unixListen',
      repeatable: true,
    },
    {
      name: 'unix-listen-mode',
      value: 'MODE',
      help: 'file mode of the sockets (default 0600)',
      sets: 'unixListenMode',
      read: readMode,
    },
    {
      name: 'inetd',
      help: 'serve standard input, which inetd has made a listening socket or a single connection; replaces the source argument',
      sets: 'inetd',
    },
    {
      name: 'prefer-ipv6',
      short: '6',
      help: 'listen on IPv6: a port alone on ::1, a host name on its IPv6 address',
      sets: 'ipv6',
    },
  ],
};
