import client = require('websock-client');
import compat = require('websock-client/compat');

export type Sock = client.Websock;
export type Queue = client.ReceiveQueue;
export type Compat = compat.Websock;
