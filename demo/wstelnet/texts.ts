/**
 * The page's texts, in one table for each language: this is the English one, and the one in use. The texts that are in the page
 * from the start are in index.html, and under `page` in the other tables.
 */
import type { Diagnosis } from 'websock-client/diagnose';
import type { SessionState } from './state.js';

const states: Record<SessionState, string> = {
  connecting: 'Connecting',
  open: 'Connected',
  suspended: 'Interrupted',
  closing: 'Disconnecting',
  closed: 'Not connected',
  waiting: 'Reconnecting',
};

const actions: Record<SessionState, string> = {
  connecting: 'Cancel',
  open: 'Disconnect',
  suspended: 'Disconnect',
  closing: 'Hang up',
  closed: 'Connect',
  waiting: 'Cancel',
};

const count = (n: number, noun: string) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

export const english = {
  language: 'en',
  /** The texts of index.html, by their English originals. */
  page: {} as Readonly<Record<string, string>>,
  states,
  actions,
  start: 'Enter an address and connect.',
  to: (url: string) => `to ${url}`,
  askFirst: (url: string) =>
    `A link asks to connect to ${url}, which is not the server of this page. Connect only if you trust it.`,
  terminal: 'Terminal. Shift+F6 leaves it.',

  // How a connection ends
  closedHere: 'You closed the connection.',
  cancelled: 'You cancelled.',
  hungUp: 'You hung up before the server answered.',
  overflow:
    'More output arrived than this page can hold, so it disconnected. What came before is shown.',
  notCompressed: 'The server sent damaged compressed output (MCCP).',
  truncated: 'The end of the output is missing: the browser dropped it when the connection closed.',
  noConnection: (url: string, origin: string | undefined) =>
    `No connection to ${url}. Either nothing answers there, or the bridge refused: ` +
    `it can't reach its server${origin ? ` or does not allow this page (--allow-origin ${origin})` : ''}.`,
  serverClosed: 'The server closed the connection.',
  goingAway: 'The bridge is shutting down.',
  lost: 'The connection was lost: the network failed, or the bridge stopped.',
  notResumed:
    'The session could not be resumed: the network was away for too long, or the bridge was restarted. The next connection begins a new session.',
  ended: (reason: string) => `The bridge ended the session: ${reason.replace(/\.$/, '')}.`,
  serverLost: (reason: string) =>
    `The bridge lost its connection to the server${reason && `: ${reason}`}.`,
  closedWith: (code: number, reason: string) =>
    `The connection was closed with code ${code}${reason && `: ${reason}`}.`,
  insecure:
    'This page was loaded over HTTPS, so the browser allows only encrypted connections. Check Encrypt.',
  noAddress: (url: string) =>
    `The browser cannot connect to ${url}. Check the host, port and path.`,
  diagnosing: 'Finding out ...',
  diagnosis: ({ message }: Diagnosis) => message,
  noDiagnosis: (why: string) => `The cause could not be found. ${why}`,
  noCharset: (name: string) => `This page does not know the character set ${name}.`,
  pressEnter: 'Press Enter to connect again.',
  tryAgain: (seconds: number) =>
    `Trying again in ${count(seconds, 'second')}. Press Enter to do it now.`,

  // While it is open
  waits: 'The network failed. The session waits, and so does what you type.',
  unsent: (characters: number) =>
    `${count(characters, 'character')} that you typed or pasted did not get through.`,
  sending: (percent: number) => `Sending what you pasted: ${percent} %`,
  stopped: (characters: number) =>
    `Stopped: the last ${count(characters, 'character')} were not sent.`,
  notInCharset: (characters: string, name: string) =>
    `Not sent, because ${name} has no such character: ${characters}`,
  lineFull: (limit: number) =>
    `The line is full: it holds ${count(limit, 'character')}. The rest was dropped.`,
  charset: (name: string) => `The server asked for the character set ${name}.`,
  noTelnet: 'Not sent: this server has shown no sign of speaking telnet.',
  logCut: (bytes: string) => `The log holds only the last ${bytes}.`,
  recordingCut: 'The recording was too long: its start is missing.',
  copied: 'Copied.',
  wrongRule: (line: string) => `Not an alias or trigger: ${line}`,
  circle: 'The triggers kept setting each other off, so they are off until you connect again.',
  noClipboard: 'The browser does not let this page use the clipboard.',
  noMatch: 'Nothing found',
  matches: (index: number, total: number) => `${index} of ${total}`,
  recent: 'Recent',

  notLoaded: 'This part of the page could not be loaded.',

  // The inspector and the player
  optionStates: { off: 'off', pending: 'pending', on: 'on' },
  queue: (length: string, mark: string, limit: string) =>
    `${length} (mark ${mark}, limit ${limit})`,
  suspended: 'suspended',
  more: (bytes: number) => `... of ${count(bytes, 'byte')}`,
  chooseEntry: 'Choose an entry to see its bytes.',
  play: 'Play',
  pause: 'Pause',
  playing: (name: string) => `Playing back ${name}.`,
  noRecording: (why: string) => `This file can't be played back. ${why}`,
  notOwn: (origin: string) =>
    `A link may only play files from this page's own server, not from ${origin}.`,
  disconnectFirst: 'Disconnect before you play back a recording.',
  none: 'none',
  yes: 'yes',
  no: 'no',
};

export type Texts = typeof english;

/** The texts in the chosen language. */
export let texts = english;

/** Uses another table from now on. */
export function speak(table: Texts): void {
  texts = table;
}
