/**
 * The other entries: core, compat, telnet, the script tag's global.
 */
import { expectTypeOf } from 'vitest';
import * as client from 'websock-client';
import CompatDefault, { type CompatBytes, Websock as Compat } from 'websock-client/compat';
import CoreDefault, { WebsockCore } from 'websock-client/core';
import { diagnose, type Diagnosis, type DiagnosisCause } from 'websock-client/diagnose';
import { Inspector, TelnetObserver } from 'websock-client/inspect';
import {
  ECHO,
  encodeCommand,
  encodeData,
  encodeSubnegotiation,
  NAWS,
  Telnet,
  type TelnetOptions,
  type TelnetSide,
} from 'websock-client/telnet';
import {
  type FakeChannel,
  FakeDataChannel,
  FakeWebSocket,
  playRecording,
} from 'websock-client/testing';

// ---- core ----

expectTypeOf(CoreDefault).toEqualTypeOf<typeof WebsockCore>();
expectTypeOf(WebsockCore).toEqualTypeOf<typeof client.WebsockCore>();
expectTypeOf<WebsockCore>().not.toHaveProperty('read');

// ---- compat ----

declare const compat: Compat;
expectTypeOf(CompatDefault).toEqualTypeOf<typeof Compat>();
expectTypeOf(compat).toExtend<client.WebsockCore>();
expectTypeOf<CompatBytes>().toEqualTypeOf<ArrayBuffer | ArrayBufferView | readonly number[]>();
expectTypeOf(compat.rQshiftBytes()).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
expectTypeOf(compat.rQpeekBytes(2, false)).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
expectTypeOf(compat.rQshiftStr()).toEqualTypeOf<string>();
expectTypeOf(compat.rQslice(0, 2)).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
expectTypeOf(compat.get_rQi()).toEqualTypeOf<number>();
expectTypeOf(compat.rQwait('all')).toEqualTypeOf<boolean>();
expectTypeOf(compat.send([1, 2])).toEqualTypeOf<boolean>();
expectTypeOf(compat.send_string('text')).toEqualTypeOf<boolean>();
expectTypeOf(compat.flush()).toEqualTypeOf<boolean>();
compat.rQi = 2;
compat.on('close', (info) => expectTypeOf(info).toEqualTypeOf<client.CloseInfo>());
// @ts-expect-error -- read only, a copy
compat.rQ = new Uint8Array(2);
// @ts-expect-error -- a function, as in noVNC since 1.5
if (compat.rQlen > 2) compat.close();
// @ts-expect-error -- not an event here either
compat.on('data', () => {});
compat.send('text');
compat.off('message');
// @ts-expect-error -- nor can it be removed
compat.off('data');
// @ts-expect-error -- an event has one handler
compat.off('message', () => {});
// @ts-expect-error -- read only
compat.sQ = new Uint8Array(2);

// ---- telnet ----

const telnet = new Telnet({
  // A WebSocket accepts this type even where lib.dom is strict about shared memory.
  send: (bytes) => new WebSocket('wss://example.org/').send(bytes),
  data: (bytes) => expectTypeOf(bytes).toEqualTypeOf<Uint8Array>(),
  local: [NAWS],
  remote: [ECHO] as const,
  terminalTypes: ['xterm'] as const,
  subnegotiationLimit: 100,
  change(side, option, enabled) {
    expectTypeOf(side).toEqualTypeOf<TelnetSide>();
    expectTypeOf([option, enabled]).toEqualTypeOf<(number | boolean)[]>();
  },
  command: (code) => expectTypeOf(code).toEqualTypeOf<number>(),
  windowSize: (columns, rows) => expectTypeOf(columns).toEqualTypeOf(rows),
  terminalType: (name) => expectTypeOf(name).toEqualTypeOf<string>(),
  subnegotiation: (option, payload) => expectTypeOf([option, ...payload]).items.toBeNumber(),
});
const telnetOptions = (given: Partial<TelnetOptions>): Partial<TelnetOptions> => given;
// @ts-expect-error -- the handler for data is missing
void new Telnet({ send: () => {} });
// @ts-expect-error -- and here the one for sending
void new Telnet({ data: () => {} });
// @ts-expect-error -- options are numbers
telnetOptions({ local: ['NAWS'] });
// @ts-expect-error -- a misspelt option
telnetOptions({ terminaltype: () => {} });
// @ts-expect-error -- names
telnetOptions({ terminalTypes: 'xterm' });
telnet.enable('local', NAWS);
// @ts-expect-error -- local or remote
telnet.enable('client', NAWS);
telnet.write(new Uint8Array(2));
// @ts-expect-error -- bytes
telnet.write('text');
expectTypeOf(telnet.enabled('remote', ECHO)).toEqualTypeOf<boolean>();
expectTypeOf<typeof ECHO>().toEqualTypeOf<1>();
expectTypeOf(encodeCommand(246)).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
expectTypeOf(encodeSubnegotiation(NAWS, Buffer.of(0))).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
expectTypeOf(encodeData(new Uint8Array(2))).toEqualTypeOf<Uint8Array<ArrayBuffer>>();
// If no byte needs changing, the result keeps the memory of the input, which may be shared.
expectTypeOf(encodeData(new Uint8Array(new SharedArrayBuffer(2)))).toEqualTypeOf<Uint8Array>();

// ---- the script tag's global ----

const global: Websock = new Websock({ receiveLimit: 1024 });
expectTypeOf(global).toEqualTypeOf<client.Websock>();
expectTypeOf(Websock.ReceiveQueue).toEqualTypeOf<typeof client.ReceiveQueue>();
expectTypeOf(Websock.SendQueue).toEqualTypeOf<typeof client.SendQueue>();
expectTypeOf(Websock.WebsockError).toEqualTypeOf<typeof client.WebsockError>();
expectTypeOf(globalThis.Websock).toEqualTypeOf<typeof Websock>();
// @ts-expect-error -- no such option
void new Websock({ limit: 1024 });
// @ts-expect-error -- the class itself is the default export
export const none = Websock.default;
// @ts-expect-error -- other entries are separate files
export const codec = Websock.Telnet;

// ---- inspect ----

const observer = new TelnetObserver();
const inspector = new Inspector(new client.Websock(), { decoder: observer, limit: 1000 });
expectTypeOf(inspector.records[0].kind).toEqualTypeOf<'received' | 'sent' | 'event'>();
expectTypeOf(inspector.status.receive.mark).toEqualTypeOf<number>();
expectTypeOf(observer.options[0].local.state).toEqualTypeOf<'off' | 'pending' | 'on'>();
// The script tag's socket works too.
void new Inspector(global);
// @ts-expect-error -- the core has no tap
void new Inspector(new client.WebsockCore());
// @ts-expect-error -- a decoder decodes
void new Inspector(global, { decoder: {} });

// ---- testing ----

declare const fake: FakeChannel;
expectTypeOf(new FakeWebSocket()).toExtend<FakeChannel>();
expectTypeOf(new FakeDataChannel()).toExtend<FakeChannel>();
expectTypeOf(fake.sent[0]).toEqualTypeOf<Uint8Array | string>();
expectTypeOf(new FakeDataChannel().open().sent[0]).toEqualTypeOf<Uint8Array>();
expectTypeOf(new FakeWebSocket().readyState).toEqualTypeOf<number>();
void playRecording(new FakeDataChannel(), '', { sizes: [1] });
// @ts-expect-error -- sizes are numbers
fake.deliver('text', { sizes: ['1'] });
// @ts-expect-error -- a data channel has no close codes
new FakeDataChannel().end(1000);
// @ts-expect-error -- not a fake
void playRecording(new client.Websock(), '');

// ---- diagnose ----

expectTypeOf(diagnose('wss://example.org/', { protocols: 'binary', idle: 1000 })).toEqualTypeOf<
  Promise<Diagnosis>
>();
expectTypeOf<Diagnosis['cause']>().toEqualTypeOf<DiagnosisCause>();
// @ts-expect-error -- a number of ms
void diagnose('wss://example.org/', { timeout: '5s' });
