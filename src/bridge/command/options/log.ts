/** Options of the command line: what is told. */
import type { OptionGroup } from '../option.js';

export const LOG: OptionGroup = {
  title: 'Log',
  options: [
    {
      name: 'verbose',
      short: 'v',
      help: 'log a line for each event',
      sets: 'verbose',
    },
    {
      name: 'traffic',
      help: 'show each frame: } from client, > to target, { from target, < to client, followed by . if it has to wait',
      sets: 'traffic',
    },
    {
      name: 'log-file',
      value: 'FILE',
      help: 'log to FILE (implies -v); SIGHUP and SIGUSR1 reopen it',
      sets: 'logFile',
    },
    {
      name: 'log-json',
      help: 'log JSON, one line per event (implies -v)',
      sets: 'logJson',
    },
  ],
};
