/**
 * What a recording shows on a terminal: the text that the server sent, without telnet, and the terminal's sizes. It reads the
 * files of `websock-bridge --record` and the inspector, and asciicasts.
 */
import type { TelnetOptionStatus } from 'websock-client/inspect';
import { parseRecording, type RecordedPart } from 'websock-client/testing';
import { ECHO, NAWS, SUPPRESS_GO_AHEAD, TelnetDecoder, WILL, WONT } from 'websock-client/telnet';
import { Charset } from './charset.js';

/** Text to show on the terminal, or a new size of it, `time` ms after the start. */
export interface Shown {
  readonly time: number;
  readonly text: string;
  readonly size?: { readonly columns: number; readonly rows: number } | undefined;
}

/** The inspector's export. */
interface ExportedLog {
  readonly decoder: { readonly telnet: readonly TelnetOptionStatus[] };
  readonly records: readonly {
    readonly kind: string;
    readonly time: number;
    readonly bytes: string;
    readonly notes: readonly string[];
  }[];
}

/** @throws SyntaxError for anything but a recording */
export function readRecording(file: string, charset: Charset): Shown[] {
  const isExport = file.startsWith('{"version":1,');
  const log = isExport ? (JSON.parse(file) as ExportedLog) : undefined;
  const parts = log ? partsOf(log) : parseRecording(file);
  // An asciicast is UTF-8, and its output has the echo of what was typed.
  const isRaw = isExport || file.startsWith('var ');
  return show(parts, isRaw ? charset : new Charset('UTF-8'), isRaw, log ? agreedIn(log) : []);
}

/** The server's options at the start of an export that begins in the middle of a connection: presumably those at its end. */
function agreedIn({ decoder, records }: ExportedLog): number[] {
  if (records[0]?.notes[0]?.startsWith('open')) return [];
  return decoder.telnet.filter(({ remote }) => remote.state === 'on').map(({ option }) => option);
}

function partsOf({ records }: ExportedLog): RecordedPart[] {
  return records
    .filter(({ kind }) => kind !== 'event')
    .map(({ kind, time, bytes }) => ({
      from: kind === 'sent' ? 'client' : 'server',
      time,
      bytes: Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0)),
    }));
}

/**
 * @param isRaw whether the parts are a connection's raw bytes, which lack the echo of lines that were edited in the page
 * @param agreed the telnet options that the server uses at the start
 */
function show(
  parts: readonly RecordedPart[],
  charset: Charset,
  isRaw: boolean,
  agreed: readonly number[],
): Shown[] {
  const shown: Shown[] = [];
  const inUse = new Set(agreed);
  let time = 0;
  const add = (text: string, size?: Shown['size']): void => {
    if (text || size) shown.push({ time, text, size });
  };
  const isByLine = (): boolean => isRaw && !(inUse.has(ECHO) && inUse.has(SUPPRESS_GO_AHEAD));
  const decoders = {
    server: newDecoder({
      data(bytes) {
        const text = charset.decode(bytes);
        add(isByLine() ? text.replace(/\r?\n/g, '\r\n') : text);
      },
      negotiation(verb, option) {
        if (verb === WILL) inUse.add(option);
        if (verb === WONT) inUse.delete(option);
      },
    }),
    client: newDecoder({
      data: (bytes) => {
        if (isRaw && !inUse.has(ECHO)) add(new TextDecoder().decode(bytes));
      },
      subnegotiation(option, payload) {
        if (option !== NAWS || payload.length !== 4) return;
        const [a, b, c, d] = payload;
        const [columns, rows] = [(a << 8) | b, (c << 8) | d];
        if (columns > 0 && rows > 0) add('', { columns, rows });
      },
    }),
  };
  for (const { from, time: at, bytes, size } of parts) {
    time = Math.max(time, at);
    add('', size);
    decoders[from].push(bytes);
  }
  return shown;
}

const newDecoder = (
  handler: Partial<ConstructorParameters<typeof TelnetDecoder>[0]>,
): TelnetDecoder =>
  new TelnetDecoder({ data() {}, command() {}, negotiation() {}, subnegotiation() {}, ...handler });
