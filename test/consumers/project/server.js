// A component's module on a server: it creates a socket but does not open it.
import { Websock } from 'websock-client';
import { connect } from './telnet.js';

console.log(typeof window, typeof connect, new Websock().readyState);
