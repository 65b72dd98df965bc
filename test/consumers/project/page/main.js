import { connect } from '../telnet.js';

connect(`ws://${location.host}/`, (text) => document.body.append(text));
