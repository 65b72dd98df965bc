import { connect } from '../telnet.js';

connect(`ws://${location.host}/`, (text) => postMessage(text));
