/** What the page says, in one table. What stands in the page from the start is in index.html. */
import type { SessionState } from './state.js';

const states: Record<SessionState, string> = {
  connecting: 'Connecting',
  open: 'Connected',
  closing: 'Disconnecting',
  closed: 'Not connected',
};

const actions: Record<SessionState, string> = {
  connecting: 'Cancel',
  open: 'Disconnect',
  closing: 'Hang up',
  closed: 'Connect',
};

const count = (n: number, noun: string) => `${n.toLocaleString('en')} ${noun}${n === 1 ? '' : 's'}`;

export const texts = {
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
  truncated: 'The end of the output is missing: the browser dropped it when the connection closed.',
  noConnection: (url: string, origin: string | undefined) =>
    `No connection to ${url}. Either nothing answers there, or the bridge refused: ` +
    `it can't reach its server${origin ? ` or does not allow this page (--allow-origin ${origin})` : ''}.`,
  serverClosed: 'The server closed the connection.',
  goingAway: 'The bridge is shutting down.',
  lost: 'The connection was lost: the network failed, or the bridge stopped.',
  serverLost: (reason: string) =>
    `The bridge lost its connection to the server${reason && `: ${reason}`}.`,
  closedWith: (code: number, reason: string) =>
    `The connection was closed with code ${code}${reason && `: ${reason}`}.`,
  insecure:
    'This page came over HTTPS, so the browser allows encrypted connections only. Check Encrypt.',
  noAddress: (url: string) => `The browser cannot connect to ${url}. Check host, port and path.`,
  noCharset: (name: string) => `This page does not know the character set ${name}.`,
  pressEnter: 'Press Enter to connect again.',

  // While it is open
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
  logCut: (bytes: string) => `The log holds the last ${bytes} only.`,
  noClipboard: 'The browser does not let this page use the clipboard.',
  noMatch: 'Nothing found',
  matches: (index: number, total: number) => `${index} of ${total}`,
  recent: 'Recent',
};
