const { WebSocket } = require('ws');
const { connect } = require('../telnet.cjs');

connect(process.argv[2].replace('http', 'ws'), (text) => process.stdout.write(text), { WebSocket });
