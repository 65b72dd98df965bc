/**
 * Exports an inspector's records to a format that players read: asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/)
 * or the script of noVNC's player. `websock-bridge --record` writes the same formats.
 */
import { AsciicastWriter } from './asciicast.js';
import type { InspectRecord } from './log.js';
import { escapeByte } from './script-byte.js';

/** The format of a recording: `asciicast` for sessions of text, `novnc` for any bytes. */
export type RecordingFormat = 'asciicast' | 'novnc';

/**
 * Formats the records as a recording. An asciicast has the text as UTF-8, and of telnet's commands only the window sizes that the
 * client reports (RFC 1073). noVNC's script has all bytes.
 * @param started when the session began: the inspector's `started`
 */
export function toRecording(
  records: readonly InspectRecord[],
  format: RecordingFormat,
  started: Date,
): string {
  const pieces = records.filter(({ bytes }) => bytes.length > 0);
  return format === 'novnc' ? toScript(pieces) : toAsciicast(pieces, started);
}

function toScript(pieces: readonly InspectRecord[]): string {
  const lines = pieces.map(({ kind, time, bytes }) => {
    const mark = kind === 'sent' ? '}' : '{';
    let text = '';
    for (const byte of bytes) text += BYTES[byte];
    return `'${mark}${Math.round(time)}${mark}${text}',\n`;
  });
  return `var VNC_frame_data = [\n${lines.join('')}'EOF'];\n`;
}

const BYTES = /* @__PURE__ */ Array.from({ length: 256 }, (_, byte) => escapeByte(byte));

function toAsciicast(pieces: readonly InspectRecord[], started: Date): string {
  const writer = new AsciicastWriter();
  const lines = pieces.map(({ kind, time, bytes }) =>
    writer.add(kind === 'sent' ? 'client' : 'server', time, bytes),
  );
  return writer.begin(started) + lines.join('');
}
