/** Options of the command line: the log and metrics. */
import { parseSource } from '../../base/address.js';
import type { OptionGroup } from '../option.js';
import { readSyslog } from '../readers.js';

export const LOG: OptionGroup = {
  name: 'log',
  title: 'Log and metrics',
  options: [
    {
      name: 'verbose',
      short: 'v',
      help: 'log a line for each event',
      sets: 'verbose',
    },
    {
      name: 'traffic',
      help: 'print a symbol for each frame: } from client, > to target, { from target, < to client, followed by . if it has to wait',
      sets: 'traffic',
    },
    {
      name: 'log-file',
      value: 'FILE',
      help: 'log to FILE (implies -v); SIGHUP and SIGUSR1 reopen it',
      sets: 'logFile',
    },
    {
      name: 'syslog',
      value: 'ADDRESS',
      help: 'log to syslog (implies -v): /dev/log or another unix socket, or HOST[:PORT] for RFC 5424 over UDP (port 514)',
      sets: 'syslog',
      read: readSyslog,
    },
    {
      name: 'legacy-syslog',
      help: 'with --syslog: the older format of RFC 3164',
      sets: 'legacySyslog',
    },
    {
      name: 'log-json',
      help: 'log JSON, one line per event (implies -v)',
      sets: 'logJson',
    },
    {
      name: 'metrics',
      value: '[HOST:]PORT',
      help: 'serve metrics for Prometheus at /metrics on a port of its own; a port alone can be reached from this machine only',
      sets: 'metrics',
      read: parseSource,
    },
  ],
};
