/** Options of the command line: how long the bridge runs. */
import type { OptionGroup } from '../option.js';
import { readSeconds, readWorkers } from '../readers.js';

export const RUNNING: OptionGroup = {
  name: 'running',
  title: 'Running',
  options: [
    {
      name: 'run-once',
      help: 'stop listening at the first WebSocket, and exit when it closes',
      sets: 'bridge.runOnce',
    },
    {
      name: 'timeout',
      value: 'SECONDS',
      help: 'stop listening after this time, and exit when the last WebSocket closes',
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
      help: 'how long WebSockets may continue after SIGTERM has stopped listening (default 5); SIGINT does not wait',
      sets: 'drain',
      read: readSeconds,
    },
    {
      name: 'lame-duck',
      value: 'SECONDS',
      help: 'how long to keep listening after SIGTERM, before the drain; /readyz answers 503 at once, so that load balancers choose another bridge (default 0)',
      sets: 'lameDuck',
      read: readSeconds,
    },
    {
      name: 'workers',
      value: 'N',
      help: 'serve with N processes, or with auto one for each processor (default 1)',
      sets: 'workers',
      read: readWorkers,
    },
    {
      name: 'libserver',
      help: 'accepted for compatibility with websockify; there is one kind of server',
    },
    {
      name: 'daemon',
      short: 'D',
      help: 'run in the background, and return once the bridge is listening; only its owner can access the files it creates',
      sets: 'daemon',
    },
    {
      name: 'pid-file',
      value: 'FILE',
      help: 'write the process ID to FILE, and remove FILE on exit',
      sets: 'pidFile',
    },
    {
      name: 'config',
      value: 'FILE',
      help: 'read options from FILE, .toml or .json; see above',
      sets: 'config',
    },
    {
      name: 'check',
      help: 'show what would be done, or what is wrong, and exit',
      sets: 'check',
    },
    {
      name: 'help',
      short: 'h',
      help: 'show this help; --help GROUP shows one group of options',
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
