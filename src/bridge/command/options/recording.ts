/** Options of the command line: recordings of sessions. */
import type { OptionGroup } from '../option.js';
import { readSpeed } from '../replay.js';
import { readInteger } from '../readers.js';

export const RECORDING: OptionGroup = {
  name: 'recording',
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
      help: 'end a recording, but not its session, when the file reaches this size (default 1073741824, 0: no limit)',
      sets: 'record.limit',
      read: readInteger,
    },
    {
      name: 'record-format',
      value: 'FORMAT',
      help: 'novnc (default), for its player, or asciicast, for text sessions',
      sets: 'record.format',
    },
    {
      name: 'speed',
      value: 'N',
      help: 'with replay: N times as fast as it was recorded (default 1; 0.01 to 1000)',
      sets: 'speed',
      read: readSpeed,
    },
  ],
};
