/**
 * wstelnet: a telnet client in the page. The form takes the address, the session speaks telnet over a Websock, the
 * screen shows the text, the status reports the state; this file connects them.
 */
import { givenAddress, isOwn, isSet, parametersOf, remember, urlOf } from './address.js';
import { findCharset } from './charset.js';
import { Diagnosis } from './diagnosis.js';
import { FindBar } from './find.js';
import { AddressForm } from './form.js';
import { Gauges } from './gauges.js';
import { InputLine } from './input-line.js';
import { Inspector } from './inspector.js';
import { keep, takeKept, type Kept } from './kept.js';
import { Keypad } from './keypad.js';
import { translatePage } from './language.js';
import { Player } from './player.js';
import { Retry } from './retry.js';
import { Rules } from './rules.js';
import { Saving } from './saving.js';
import { Screen } from './screen.js';
import { Session } from './session.js';
import { SettingsDialog } from './settings.js';
import type { SessionState } from './state.js';
import { Status } from './status.js';
import { texts } from './texts.js';

const parameters = new URLSearchParams(location.search);
translatePage(parameters.get('lang'));
const given = givenAddress(parameters);
const recording = parameters.get('play');
const connects = !recording && isSet(parameters.get('autoconnect'));
/** A link must not connect a trusted page to a server of its choice. */
const autoconnect = connects && isOwn(given);
const isFramed = window !== window.parent;

/** The longest title that a server may give the page, in characters. */
const TITLE_MAX = 80;

const status = new Status();
const form = new AddressForm(given);
const dialog = new SettingsDialog();
const screen = new Screen(document.getElementById('terminal')!, dialog.settings);
const find = new FindBar(screen);
const inspector = new Inspector();
const player = new Player({
  screen,
  begin() {
    if (session?.live) return void status.notice(texts.disconnectFirst);
    screen.reset();
    shown = '';
    return findCharset(form.address.charset);
  },
  show(name) {
    document.body.toggleAttribute('data-playing', name !== undefined);
    status.show('closed', name === undefined ? texts.start : texts.playing(name));
  },
  fail: (error) => status.notice(texts.noRecording(String(error))),
});
const saving = new Saving(screen, () => form.address.host);
const inputLine = new InputLine();
const gauges = new Gauges();
const diagnosis = new Diagnosis();
const retry = new Retry(() => connect());
let session: Session | undefined;
/** The URL that the screen's contents came from. */
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
  if (retry.isPlanned) return stopRetrying();
  connect();
  focusTerminal();
};
dialog.onChange = (settings) => {
  screen.apply(settings);
  useRules();
  session?.tellMode();
};
inputLine.onLine = (text) => session?.type(`${text}\r`);
screen.onInput = (text) => {
  const typed = keypad.modify(text);
  if (inputLine.isShown && /^\P{Cc}+$/u.test(typed)) return inputLine.type(typed);
  if (session?.type(typed)) return;
  // Without a connection, Enter makes one; whatever else is typed has nowhere to go.
  if (typed === '\r' && session && !session.live) connect();
  else screen.bell();
};
screen.onBinary = (bytes) => session?.sendBytes(bytes);
screen.onLeave = () => form.focus();
screen.onFind = () => find.open();
screen.onNoImages = () => status.notice(texts.notLoaded);
screen.onTitle = (title) => {
  document.title = title ? `${title.slice(0, TITLE_MAX)} – wstelnet` : 'wstelnet';
};
screen.onResize = (columns, rows) => {
  status.showSize(columns, rows);
  saving.resize();
  session?.resize(columns, rows);
};
inspector.onFailure = () => status.notice(texts.notLoaded);
diagnosis.onResult = (text) => status.notice(text);
status.onStop = () => session?.stopSending();
saving.onNotice = (text) => status.notice(text);

onClick('show-find', () => find.open());
onClick('full-screen', () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
});

window.addEventListener('beforeunload', (event) => {
  if (session?.live && !isFramed) event.preventDefault();
});

// The page may come back from the back/forward cache, and after a reload the next one continues the session if the user wants
// that. Otherwise this frees the server at once, rather than when the bridge gives the session up.
window.addEventListener('pagehide', ({ persisted }) => {
  if (persisted || !session) return;
  const kept = dialog.settings.reconnect && session.freeze();
  if (kept) keep({ ...kept, url: shown });
  else session.sock.close();
});

const isAsked = connects && !autoconnect;
status.show('closed', isAsked ? texts.askFirst(urlOf(given)) : texts.start);
status.showSize(screen.columns, screen.rows);
const left = recording ? undefined : takeKept(urlOf(given));
if (left || autoconnect) connect(left);
else if (recording) player.play(recording);
// In a frame, keys go to the outer page until somebody clicks here.
if (!isFramed) (session ? screen : form).focus();

/** Applies the user's aliases and triggers to the current session. */
function useRules(): void {
  if (!session) return;
  const rules = new Rules(dialog.settings.rules);
  if (rules.wrong) status.notice(texts.wrongRule(rules.wrong));
  const { onNotice } = session;
  rules.onCircle = () => onNotice(texts.circle);
  session.expand = (line) => rules.expand(line);
  session.onLine = (line) => {
    for (const answer of rules.triggered(line)) session?.sendLine(answer);
  };
}

/** @param kept the session that the page kept before a reload */
function connect(kept?: Kept): void {
  const { address } = form;
  const url = urlOf(address);
  const charset = findCharset(kept?.charset ?? address.charset);
  if (!charset) return status.show('closed', texts.noCharset(address.charset));
  player.close();
  retry.skip();
  diagnosis.withdraw();
  session?.leave();
  if (url !== shown) {
    screen.reset();
    saving.clear();
    shown = url;
  }
  gauges.clear();
  session = new Session(screen, charset, kept);
  session.onState = (state, message) => {
    if (state === 'closed') return ended(message);
    show(state, message);
    if (state !== 'open') return;
    retry.stop();
    session?.tellMode();
    remember(address);
    form.showRecent();
  };
  session.onMode = (byCharacter, isHidden) => {
    const isWanted = dialog.settings.inputLine && screen.live && !byCharacter;
    const hadFocus = Boolean(document.activeElement?.closest('#terminal'));
    inputLine.show(isWanted, isHidden);
    if (isWanted && hadFocus) inputLine.focus();
  };
  session.onPrompt = (text) => inputLine.prompt(text);
  session.onGmcp = (message) => gauges.show(message);
  session.onNotice = (text) => {
    status.notice(text);
    screen.bell();
  };
  session.onProgress = (sent, total) => status.progress(sent, total);
  session.onData = (bytes) => saving.log.add(bytes);
  useRules();
  status.follow(session.sock);
  inspector.follow(session);
  follow(parametersOf(address));
  session.open(url, kept);
}

function show(state: SessionState, message: string): void {
  status.show(state, message);
  form.show(state);
  screen.live = state === 'open' || state === 'suspended';
}

/** Plans another try if the connection was lost and the user wants that, and otherwise asks for Enter. */
function ended(message: string): void {
  const isAgain =
    session!.isLost && dialog.settings.reconnect && (session!.wasOpen || retry.isTrying);
  if (!isAgain) retry.stop();
  const told = `${message} ${isAgain ? texts.tryAgain(retry.plan()) : texts.pressEnter}`;
  show(isAgain ? 'waiting' : 'closed', isAgain ? told : message);
  if (session!.isLost && !session!.wasOpen) diagnosis.offer(urlOf(form.address));
  screen.note(told);
  document.title = 'wstelnet';
  session!.tellMode();
}

function stopRetrying(): void {
  retry.stop();
  show('closed', texts.cancelled);
}

function focusTerminal(): void {
  (inputLine.isShown ? inputLine : screen).focus();
}

/** Puts the current address into the page's URL; after a reload, the page connects at once if it did before. */
function follow(to: URLSearchParams): void {
  for (const name of ['autoconnect', 'lang']) {
    if (parameters.has(name)) to.set(name, parameters.get(name)!);
  }
  const search = to.toString();
  history.replaceState(null, '', `${location.pathname}${search && `?${search}`}`);
}

function noClipboard(): void {
  status.notice(texts.noClipboard);
}

function onClick(id: string, action: () => void): void {
  document.getElementById(id)!.addEventListener('click', action);
}
