/** Options of the command line: how long the bridge runs. */
import type { OptionGroup } from '../option.js';
import { readSeconds } from '../readers.js';

export const RUNNING: OptionGroup = {
  title: 'Running',
  options: [
    {
      name: 'run-once',
      help: 'stop listening at the first WebSocket and exit with it',
      sets: 'bridge.runOnce',
    },
    {
      name: 'timeout',
      value: 'SECONDS',
      help: 'stop listening after this time, and exit with the last WebSocket',
      sets: 'bridge.listenTimeout',
      read: readSeconds,
    },
    {
      name: 'idle-timeout',
      value: 'SECONDS',
      help: 'exit after this time without WebSockets',
      sets: 'bridge.idleTimeout',
      read: readSeconds,
    },
    {
      name: 'drain',
      value: 'SECONDS',
      help: 'how long WebSockets may continue after SIGTERM, which stops listening at once (default 5); SIGINT does not wait',
      sets: 'drain',
      read: readSeconds,
    },
    {
      name: 'help',
      short: 'h',
      help: 'show this help',
      sets: 'help',
    },
    {
      name: 'version',
      short: 'V',
      help: 'show the version',
      sets: 'version',
    },
  ],
};
