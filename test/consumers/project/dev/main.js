import { connect } from '../telnet.js';

connect(`${location.origin.replace('http', 'ws')}/tcp`, (text) => document.body.append(text));
