/**
 * wstelnet: a telnet client in the page. The form says where to, the session talks telnet over a Websock, the
 * screen shows it, the status tells how it goes; here they are put together.
 */
import { givenAddress, isOwn, isSet, parametersOf, remember, urlOf } from './address.js';
import { findCharset } from './charset.js';
import { FindBar } from './find.js';
import { AddressForm } from './form.js';
import { Keypad } from './keypad.js';
import { Log } from './log.js';
import { Screen } from './screen.js';
import { Session } from './session.js';
import { SettingsDialog } from './settings.js';
import { Status, formatBytes } from './status.js';
import { texts } from './texts.js';

const parameters = new URLSearchParams(location.search);
const given = givenAddress(parameters);
/** A link may not connect a trusted page to where it likes. */
const autoconnect = isSet(parameters.get('autoconnect')) && isOwn(given);
const isFramed = window !== window.parent;

const status = new Status();
const form = new AddressForm(given);
const dialog = new SettingsDialog();
const screen = new Screen(document.getElementById('terminal')!, dialog.settings);
const find = new FindBar(screen);
const log = new Log();
let session: Session | undefined;
/** Where the screen's contents are from. */
let shown = '';

const keypad = new Keypad({
  type: (text) => screen.type(text),
  get applicationCursor() {
    return screen.applicationCursor;
  },
  command: (code) => session?.command(code),
  paste: () => void navigator.clipboard.readText().then((text) => screen.paste(text), noClipboard),
  focus: () => screen.focus(),
  copy: () => void navigator.clipboard.writeText(screen.selection).catch(noClipboard),
});

form.onSubmit = () => {
  if (session?.live) return session.close();
  connect();
  screen.focus();
};
dialog.onChange = (settings) => screen.apply(settings);
screen.onInput = (text) => {
  const typed = keypad.modify(text);
  if (session?.type(typed)) return;
  // In a terminal without a connection Enter makes one; whatever else is typed has nowhere to go.
  if (typed === '\r' && session && !session.live) connect();
  else screen.bell();
};
screen.onBinary = (bytes) => session?.sendBytes(bytes);
screen.onLeave = () => form.focus();
screen.onFind = () => find.open();
screen.onResize = (columns, rows) => {
  status.showSize(columns, rows);
  session?.resize(columns, rows);
};
status.onStop = () => session?.stopSending();

onClick('show-find', () => find.open());
onClick('save-log', () => {
  log.save(form.address.host);
  if (log.isCut) status.notice(texts.logCut(formatBytes(log.length)));
});
onClick('full-screen', () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
});

window.addEventListener('beforeunload', (event) => {
  if (session?.live && !isFramed) event.preventDefault();
});

const isAsked = isSet(parameters.get('autoconnect')) && !autoconnect;
status.show('closed', isAsked ? texts.askFirst(urlOf(given)) : texts.start);
status.showSize(screen.columns, screen.rows);
if (autoconnect) connect();
// In a frame the keys are the outer page's until somebody clicks here.
if (!isFramed) (autoconnect ? screen : form).focus();

function connect(): void {
  const { address } = form;
  const url = urlOf(address);
  const charset = findCharset(address.charset);
  if (!charset) return status.show('closed', texts.noCharset(address.charset));
  session?.leave();
  if (url !== shown) {
    screen.reset();
    log.clear();
    shown = url;
  }
  session = new Session(screen, charset);
  session.onState = (state, message) => {
    status.show(state, message);
    form.show(state);
    screen.live = state === 'open';
    if (state === 'closed') screen.note(`${message} ${texts.pressEnter}`);
    if (state !== 'open') return;
    remember(address);
    form.showRecent();
  };
  session.onNotice = (text) => {
    status.notice(text);
    screen.bell();
  };
  session.onProgress = (sent, total) => status.progress(sent, total);
  session.onData = (bytes) => log.add(bytes);
  status.follow(session.sock);
  follow(parametersOf(address));
  session.open(url);
}

/** The page's address leads to where it is connected; reloaded, it connects at once if it did before. */
function follow(to: URLSearchParams): void {
  if (parameters.has('autoconnect')) to.set('autoconnect', parameters.get('autoconnect')!);
  const search = to.toString();
  history.replaceState(null, '', `${location.pathname}${search && `?${search}`}`);
}

function noClipboard(): void {
  status.notice(texts.noClipboard);
}

function onClick(id: string, action: () => void): void {
  document.getElementById(id)!.addEventListener('click', action);
}
