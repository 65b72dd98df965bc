import client = require('websock-client');
import bridge = require('websock-client/bridge');
import telnet = require('websock-client/telnet');

const sock: client.Websock = new client.Websock();
const size: number = sock.rQlen();
export = { size, create: bridge.createBridge, Telnet: telnet.Telnet };
