/**
 * The VNC page: noVNC as it comes from npm, on our Websock. `?host=&port=&path=&encrypt=1&autoconnect=1` say where to
 * connect; the default is the server that the page came from.
 */
import RFB from '@novnc/novnc';
import { describeEnd, describeRefusal } from '../wstelnet/ending.js';
import { FlowChannel } from './channel.js';
import { askCredentials, askServer, closeDialogs } from './dialogs.js';
import { addKeys, addSoftKeyboard, type SendKey } from './keys.js';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const screen = byId('screen');
const button = byId<HTMLButtonElement>('connect');
const resize = byId<HTMLInputElement>('resize');
const clipboard = byId<HTMLTextAreaElement>('clipboard');
const status = byId('status');

const parameters = new URLSearchParams(location.search);
let rfb: RFB | undefined;
let channel: FlowChannel | undefined;
/** Whether the user ended the connection. */
let isClosedHere = false;

const sendKey: SendKey = (keysym, code, down) => rfb?.sendKey(keysym, code, down);
const releaseKeys = addKeys(sendKey, () => rfb?.sendCtrlAltDel());
addSoftKeyboard(sendKey);

function address(): string {
  const isEncrypted = parameters.has('encrypt')
    ? parameters.get('encrypt') === '1'
    : location.protocol === 'https:';
  const url = new URL(isEncrypted ? 'wss://localhost/' : 'ws://localhost/');
  url.hostname = parameters.get('host') ?? location.hostname;
  url.port = parameters.get('port') ?? location.port;
  url.pathname = parameters.get('path') ?? '/';
  return url.href;
}

function connect(): void {
  const url = address();
  isClosedHere = false;
  show(`Connecting to ${url}`, 'Cancel');
  try {
    // Made here, since noVNC's own channel would end with its WebSocket, and not say how.
    channel = new FlowChannel(url);
    start(new RFB(screen, channel), channel, url);
  } catch (error) {
    show(describeRefusal(url, error as Error), 'Connect');
  }
}

function start(session: RFB, { sock }: FlowChannel, url: string): void {
  /** What noVNC reports when the server refuses. */
  let refusal: string | undefined;
  let opened = false;
  let error: string | undefined;
  const on = <Detail>(name: string, listener: (detail: Detail) => void) =>
    session.addEventListener(name, (event) => listener((event as CustomEvent<Detail>).detail));

  rfb = session;
  session.background = 'transparent';
  fit();
  sock.on('open', () => (opened = true));
  sock.on('suspended', () =>
    show(`Lost the connection to ${url}. The session waits for the network.`, 'Disconnect'),
  );
  sock.on('resumed', () => show(`Connected to ${url}`, 'Disconnect'));
  sock.on('error', ({ code }) => (error ??= code));
  on('connect', () => {
    show(`Connected to ${url}`, 'Disconnect');
    session.focus();
  });
  on<{ types: string[] }>('credentialsrequired', async ({ types }) => {
    const credentials = await askCredentials(url, types);
    if (credentials) session.sendCredentials(credentials);
    else hangUp();
  });
  on<{ publickey: Uint8Array<ArrayBuffer> }>('serververification', async ({ publickey }) => {
    if (await askServer(url, publickey)) session.approveServer();
    else hangUp();
  });
  on<{ reason?: string }>('securityfailure', ({ reason }) => {
    refusal = `The VNC server refused the connection: ${reason ?? 'no reason given'}`;
  });
  on<{ text: string }>('clipboard', ({ text }) => (clipboard.value = text));
  const ended = (code: number, reason: string) => {
    if (rfb !== session) return;
    const ending = { url, opened, error, unsent: 0, closedHere: isClosedHere };
    const told = refusal ?? describeEnd({ ...ending, code, reason });
    releaseKeys();
    closeDialogs();
    rfb = undefined;
    show(told, 'Connect');
  };
  sock.on('close', ({ code, reason }) => ended(code, reason));
  // noVNC does not wait forever for the other end's answer.
  on('disconnect', () => setTimeout(() => ended(1006, '')));
}

function hangUp(): void {
  isClosedHere = true;
  rfb?.disconnect();
}

function show(text: string, action: string): void {
  status.textContent = text;
  button.textContent = action;
}

/** Resizes the desktop to the window, or scales the picture down to fit. */
function fit(): void {
  if (!rfb) return;
  rfb.resizeSession = resize.checked;
  rfb.scaleViewport = !resize.checked;
}

button.addEventListener('click', () => (rfb ? hangUp() : connect()));
resize.addEventListener('change', fit);
clipboard.addEventListener('input', () => rfb?.clipboardPasteFrom(clipboard.value));
byId('full-screen').addEventListener('click', () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
});
// Frees the desktop at once, rather than when the session expires, unless the page may return from the back/forward cache.
addEventListener('pagehide', ({ persisted }) => {
  if (!persisted) channel?.close();
});
if (parameters.get('autoconnect') === '1') {
  // A link must not lead a trusted page to a server of its choice, which would then ask for a password.
  if (new URL(address()).host === location.host) connect();
  else show(`A link asks to connect to ${address()}. Connect only if you trust it.`, 'Connect');
}
