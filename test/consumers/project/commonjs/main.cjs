const { connect } = require('../telnet.cjs');

connect(`ws://${location.host}/`, (text) => document.body.append(text));
