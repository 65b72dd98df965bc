import { WebSocket } from 'ws';
import { connect } from '../telnet.js';

connect(process.argv[2].replace('http', 'ws'), (text) => process.stdout.write(text), { WebSocket });
