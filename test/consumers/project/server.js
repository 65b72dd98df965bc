// A component's module as a server sees it: made, not opened.
import { Websock } from 'websock-client';
import { connect } from './telnet.js';

console.log(typeof window, typeof connect, new Websock().readyState);
