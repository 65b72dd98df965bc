/**
 * wstelnet: a telnet client in the page. The form says where to, the session talks telnet over a Websock, the
 * screen shows it, the status tells how it goes; here they are put together.
 */
import { AddressForm } from './form.js';
import { Screen } from './screen.js';
import { Session } from './session.js';
import { Status } from './status.js';

const status = new Status();
const form = new AddressForm();
const screen = new Screen(document.getElementById('terminal')!);
let session: Session | undefined;

form.onSubmit = () => {
  if (session?.live) return session.close();
  connect();
  screen.focus();
};
screen.onInput = (text) => session?.type(text);
screen.onBinary = (bytes) => session?.sendBytes(bytes);
screen.onLeave = () => form.focus();
screen.onResize = (columns, rows) => {
  status.showSize(columns, rows);
  session?.resize(columns, rows);
};

const screenReader = document.getElementById('screen-reader') as HTMLInputElement;
screenReader.addEventListener('change', () => (screen.screenReader = screenReader.checked));

status.show('closed', 'Say where to, and connect.');
status.showSize(screen.columns, screen.rows);
if (form.autoconnect) connect();
// In a frame the keys are the outer page's until somebody clicks here.
if (window === window.parent) (form.autoconnect ? screen : form).focus();

function connect(): void {
  session?.leave();
  session = new Session(screen);
  session.onState = (state, message) => {
    status.show(state, message);
    form.show(state);
    screen.live = state === 'open';
  };
  status.follow(session.sock);
  session.open(form.url);
}
