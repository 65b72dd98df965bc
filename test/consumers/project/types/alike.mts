// Values typed by the ES module's declarations are assignable to the CommonJS ones.
import { type ReceiveQueue, Websock } from 'websock-client';
import { Websock as Compat } from 'websock-client/compat';
import type * as common from './alike-common.cjs';

export const out: [common.Sock, common.Queue, common.Compat] = [] as unknown as [
  Websock,
  ReceiveQueue,
  Compat,
];
export const back: [Websock, ReceiveQueue, Compat] = out;
