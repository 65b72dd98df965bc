/** Options of the command line: recordings of sessions. */
import type { OptionGroup } from '../option.js';
import { readInteger } from '../readers.js';

export const RECORDING: OptionGroup = {
  title: 'Recording',
  options: [
    {
      name: 'record',
      value: 'FILE',
      help: 'record each WebSocket session to a new file, FILE.TIME.RANDOM.js, which only its owner may read',
      sets: 'record.path',
    },
    {
      name: 'record-limit',
      value: 'BYTES',
      help: 'end a recording, not its session, when the file has this size (default 1073741824, 0: no limit)',
      sets: 'record.limit',
      read: readInteger,
    },
    {
      name: 'record-format',
      value: 'FORMAT',
      help: 'novnc (default), for its player, or asciicast, for sessions of text',
      sets: 'record.format',
    },
  ],
};
