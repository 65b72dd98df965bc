/**
 * The VNC page: noVNC as it comes from npm, on our Websock. `?host=&port=&path=&encrypt=1&autoconnect=1` say where to
 * connect; by default it is where the page came from.
 */
import RFB from '@novnc/novnc';

const byId = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const screen = byId('screen');
const button = byId<HTMLButtonElement>('connect');
const resize = byId<HTMLInputElement>('resize');
const clipboard = byId<HTMLTextAreaElement>('clipboard');
const status = byId('status');

const parameters = new URLSearchParams(location.search);
let rfb: RFB | undefined;

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
  show(`Connecting to ${url}`, 'Cancel');
  rfb = new RFB(screen, url, { wsProtocols: ['binary'] });
  rfb.background = 'transparent';
  fit();
  rfb.addEventListener('connect', () => {
    show(`Connected to ${url}`, 'Disconnect');
    rfb?.focus();
  });
  rfb.addEventListener('credentialsrequired', () => {
    const password = prompt(`The password of the VNC server at ${url}`);
    if (password === null) rfb?.disconnect();
    else rfb?.sendCredentials({ password });
  });
  rfb.addEventListener('securityfailure', (event) => {
    const { reason } = (event as CustomEvent<{ reason?: string }>).detail;
    show(`The VNC server refused the connection: ${reason ?? 'no reason given'}`, 'Connect');
  });
  rfb.addEventListener('clipboard', (event) => {
    clipboard.value = (event as CustomEvent<{ text: string }>).detail.text;
  });
  rfb.addEventListener('disconnect', (event) => {
    rfb = undefined;
    const { clean } = (event as CustomEvent<{ clean: boolean }>).detail;
    const isRefused = status.textContent!.includes('refused the');
    const ending = clean ? 'Not connected' : `The connection to ${url} failed or was lost`;
    show(isRefused ? status.textContent! : ending, 'Connect');
  });
}

function show(text: string, action: string): void {
  status.textContent = text;
  button.textContent = action;
}

/** The desktop takes the window's size, or is shown smaller where it does not fit. */
function fit(): void {
  if (!rfb) return;
  rfb.resizeSession = resize.checked;
  rfb.scaleViewport = !resize.checked;
}

button.addEventListener('click', () => (rfb ? rfb.disconnect() : connect()));
resize.addEventListener('change', fit);
clipboard.addEventListener('input', () => rfb?.clipboardPasteFrom(clipboard.value));
if (parameters.get('autoconnect') === '1') {
  // A link may not lead a trusted page to where it likes, which would then ask for a password.
  if (new URL(address()).host === location.host) connect();
  else show(`A link asks to connect to ${address()}. Connect only if you trust it.`, 'Connect');
}
