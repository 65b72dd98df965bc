import DefaultWebsock, { ReceiveQueue, Websock, WebsockError } from 'websock-client';
import { createBridge } from 'websock-client/bridge';
import { diagnose } from 'websock-client/diagnose';
import { reconnect } from 'websock-client/reconnect';
import { FakeWebSocket } from 'websock-client/testing';
import { Telnet } from 'websock-client/telnet';

const sock: Websock = new DefaultWebsock({ receiveLimit: 1000 });
sock.on('close', ({ code, reason }) => code.toFixed() + reason.trim());
sock.on('error', (error) => error instanceof WebsockError && error.code);
// @ts-expect-error -- there is no such event
sock.on('data', () => {});
const bytes: Promise<Uint8Array> = sock.read(4);
const queue: number = new ReceiveQueue().readUint16();
export const telnet = new Telnet({ send: (data) => void sock.send(data), data: () => {} });
export const bridge = createBridge({ target: { host: 'localhost', port: 23 } });
export const shared: string = new globalThis.Websock().readyState;
reconnect(sock, () => sock.open('ws://localhost/'));
export const cause: Promise<string> = diagnose('ws://localhost/').then((found) => found.cause);
sock.attach(new FakeWebSocket());
// @ts-expect-error -- the bytes read later could not be put back
sock.tryRead(async () => 1);
export { bytes, queue };
