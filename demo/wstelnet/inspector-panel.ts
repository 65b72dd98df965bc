/**
 * What the inspector shows: a list of the bytes in each direction, the bytes of the chosen entry, the options at both ends, and
 * how full the queues are. It updates a few times a second, however much arrives.
 */
import {
  hexDump,
  Inspector,
  printable,
  TelnetObserver,
  toRecording,
  type InspectRecord,
  type SocketStatus,
  type TelnetSideStatus,
} from 'websock-client/inspect';
import { IAC, WILL } from 'websock-client/telnet';
import { download } from './download.js';
import type { Session } from './session.js';
import { formatBytes, formatMilliseconds } from './status.js';
import { texts } from './texts.js';

/** The time between two updates, in ms. */
const INTERVAL = 250;
/** The most entries in the list, and the most bytes shown of one. */
const LIST_MAX = 300;
const BYTES_MAX = 4096;
/** How much of a piece the list shows, in bytes. */
const PREVIEW_MAX = 48;

const ARROWS = { received: '←', sent: '→', event: '·' };

const byId = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;

export class InspectorPanel {
  readonly #list = byId<HTMLSelectElement>('inspector-list');
  readonly #bytes = byId('inspector-bytes');
  readonly #asText = byId<HTMLInputElement>('inspector-text');
  readonly #pause = byId<HTMLButtonElement>('inspector-pause');
  readonly #ending = new AbortController();
  readonly #timer = window.setInterval(() => this.#look(), INTERVAL);
  #inspector: Inspector | undefined;
  #telnet = new TelnetObserver();
  /** The number of the next record to be listed. */
  #next = 0;
  #host = '';
  /** The options that the table shows, as JSON. */
  #optionsShown = '';

  constructor() {
    this.#on(this.#list, 'change', () => this.#showBytes());
    this.#on(this.#asText, 'change', () => this.#showBytes());
    this.#on(this.#pause, 'click', () => this.#setPaused(!this.#isPaused));
    this.#on(byId('inspector-clear'), 'click', () => {
      this.#inspector?.clear();
      this.#list.replaceChildren();
      this.#showBytes();
    });
    for (const format of ['json', 'asciicast', 'novnc'] as const) {
      this.#on(byId(`inspector-${format}`), 'click', () => this.#export(format));
    }
    this.#setPaused(false);
    this.#look();
  }

  /** Watches a session, in place of the previous one. */
  watch(session: Session): void {
    this.#inspector?.stop();
    this.#telnet = new TelnetObserver((side, option) => session.enabled(side, option));
    this.#inspector = new Inspector(session.sock, { decoder: this.#telnet });
    this.#host = session.sock.url ? new URL(session.sock.url).hostname : '';
    this.#next = 0;
    this.#list.replaceChildren();
    this.#showBytes();
    this.#look();
  }

  /** Stops watching, and empties the panel. */
  stop(): void {
    this.#inspector?.stop();
    this.#inspector = undefined;
    this.#ending.abort();
    clearInterval(this.#timer);
    this.#list.replaceChildren();
    this.#showBytes();
  }

  get #isPaused(): boolean {
    return this.#pause.getAttribute('aria-pressed') === 'true';
  }

  #setPaused(isPaused: boolean): void {
    this.#pause.setAttribute('aria-pressed', String(isPaused));
  }

  #look(): void {
    if (!this.#inspector) return;
    this.#showStatus(this.#inspector.status);
    this.#showOptions();
    if (!this.#isPaused) this.#listNew(this.#inspector.records);
  }

  /** Adds new records to the list, which scrolls to its end unless an entry is chosen. */
  #listNew(records: readonly InspectRecord[]): void {
    const first = records[0]?.number ?? 0;
    const added = records.slice(Math.max(0, this.#next - first)).slice(-LIST_MAX);
    if (added.length === 0) return;
    this.#next = added.at(-1)!.number + 1;
    const options = added.map((record) => new Option(summary(record), String(record.number)));
    this.#list.append(...options);
    while (this.#list.length > LIST_MAX) this.#list.remove(0);
    if (this.#list.selectedIndex < 0) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #showBytes(): void {
    const number = Number(this.#list.value || Number.NaN);
    const record = this.#inspector?.records.find((one) => one.number === number);
    const bytes = record?.bytes.subarray(0, BYTES_MAX) ?? new Uint8Array(0);
    const shown = this.#asText.checked
      ? printable(bytes).replaceAll('\\n', '\\n\n')
      : hexDump(bytes);
    const rest = record && record.length > bytes.length ? texts.more(record.length) : '';
    const notes = record?.notes.join(', ') ?? texts.chooseEntry;
    this.#bytes.textContent = [notes, shown, rest].filter(Boolean).join('\n');
  }

  #showStatus({ receive, send, isSuspended, roundTripTime, backpressure }: SocketStatus): void {
    const isFlow = roundTripTime !== undefined;
    const rows = {
      unread: texts.queue(...sizesOf(receive)),
      unsent: texts.queue(...sizesOf(send)),
      stops: backpressure === 'transport' ? texts.yes : texts.no,
      flow: isSuspended ? texts.suspended : isFlow ? texts.optionStates.on : '',
      'round-trip': isFlow ? formatMilliseconds(roundTripTime) : '',
      dropped: formatBytes(this.#inspector!.dropped),
    };
    for (const [name, text] of Object.entries(rows)) {
      const cell = byId(`inspector-${name}`);
      if (cell.textContent !== text) cell.textContent = text;
    }
  }

  #showOptions(): void {
    const { options } = this.#telnet;
    const shown = JSON.stringify(options);
    if (shown === this.#optionsShown) return;
    this.#optionsShown = shown;
    const rows = options.map(({ name, local, remote }) => {
      const row = document.createElement('tr');
      const head = document.createElement('th');
      head.scope = 'row';
      head.textContent = name;
      row.append(head, cellOf(local), cellOf(remote));
      return row;
    });
    byId('inspector-options').replaceChildren(...rows);
  }

  #export(format: 'json' | 'asciicast' | 'novnc'): void {
    const inspector = this.#inspector;
    if (!inspector) return;
    const { records, started } = inspector;
    const isJson = format === 'json';
    const text = isJson
      ? JSON.stringify(inspector)
      : toRecording([...this.#agreed(records), ...records], format, started);
    const ending = { json: 'json', asciicast: 'cast', novnc: 'js' }[format];
    download([text], this.#host, ending);
  }

  /** A record of the options that the server used before the first record: a player needs to know whether it echoes. */
  #agreed([first]: readonly InspectRecord[]): InspectRecord[] {
    if (!first || first.notes[0]?.startsWith('open')) return [];
    const inUse = this.#telnet.options.filter(({ remote }) => remote.state === 'on');
    const bytes = Uint8Array.from(inUse.flatMap(({ option }) => [IAC, WILL, option]));
    return [{ ...first, kind: 'received', bytes, length: bytes.length, notes: [] }];
  }

  #on(target: EventTarget, event: string, handler: () => void): void {
    target.addEventListener(event, handler, { signal: this.#ending.signal });
  }
}

function summary({ kind, time, length, notes, bytes }: InspectRecord): string {
  const seconds = pad((time / 1000).toFixed(3));
  if (kind === 'event') return `${seconds} ${ARROWS.event} ${notes[0]}`;
  const what = notes.join(', ') || printable(bytes.subarray(0, PREVIEW_MAX));
  return `${seconds} ${ARROWS[kind]} ${pad(formatBytes(length))}  ${what}`;
}

/** Pads with no-break spaces, because the list collapses plain ones. */
const pad = (text: string): string => text.padStart(8, '\u00a0');

const sizesOf = ({ length, mark, limit }: SocketStatus['send']) =>
  [formatBytes(length), formatBytes(mark), formatBytes(limit)] as const;

function cellOf({ state, sent, received }: TelnetSideStatus): HTMLTableCellElement {
  const cell = document.createElement('td');
  const said = document.createElement('small');
  said.textContent = [sent && `→ ${sent}`, received && `← ${received}`].filter(Boolean).join(' ');
  cell.append(texts.optionStates[state], ' ', said);
  cell.dataset.state = state;
  return cell;
}
