/**
 * The bridge as a library: what `createBridge` accepts, next to what it rejects.
 */
import { expectTypeOf } from 'vitest';
import {
  type Address,
  authenticateWith,
  type BridgeEvent,
  type BridgeOptions,
  createBridge,
  LocalLedger,
  openTokenSource,
  signedTargets,
  signTarget,
  type TlsOptions,
  tokenTargets,
  type UnixSource,
} from 'websock-client/bridge';

const target = { host: 'localhost', port: 23 };
const options = (given: Omit<BridgeOptions, 'target'>): BridgeOptions => ({ ...given, target });
const tls = (given: TlsOptions): BridgeOptions => ({ target, tls: given });

// ---- target ----

const bridge = createBridge({ target });
createBridge({ target: { path: '/run/vnc.sock' } });
createBridge({ target: () => undefined });
createBridge({ target: async ({ url }, signal) => (url && !signal.aborted ? target : undefined) });
createBridge({ target: () => ({ status: 404, message: 'Not here.' }) });
createBridge({ target: tokenTargets(await openTokenSource('TokenFile', 'tokens')) });
createBridge({ target: signedTargets('secret', { once: true, allowPorts: [22, '5900-5999'] }) });
// @ts-expect-error -- the target is missing
createBridge({});
// @ts-expect-error -- the options are missing
createBridge();
// @ts-expect-error -- an address is an object
createBridge({ target: 'localhost:23' });
// @ts-expect-error -- the port is missing
createBridge({ target: { host: 'localhost' } });
// @ts-expect-error -- a port is a number
createBridge({ target: { host: 'localhost', port: '23' } });
// @ts-expect-error -- not an address
createBridge({ target: () => 'localhost:23' });
// @ts-expect-error -- not a rule
tokenTargets({ lookup: () => target }, { once: true });

// ---- every other option ----

options({ heartbeat: 0, connectTimeout: 1, readTimeout: 0, sendTimeout: 0, listenTimeout: 0 });
options({ maxConnections: 0, maxConnectionsPerAddress: 0, maxPayload: 1, maxFragments: 1 });
options({ maxSessionsPerToken: 1, maxDuration: 1, rate: 1_024, ledger: new LocalLedger() });
options({ idleTimeout: undefined, runOnce: true, web: 'public', webAuth: true });
options({ listenRules: { plain: { tls: { redirectHttp: true } }, ssh: { fallback: target } } });
// @ts-expect-error -- a certificate belongs to the bridge or to a host
options({ listenRules: { plain: { tls: { cert: 'cert.pem' } } } });
// @ts-expect-error -- files belong to the bridge or to a host
options({ listenRules: { plain: { web: 'public' } } });
// @ts-expect-error -- a misspelt option
options({ heartBeat: 1 });
// @ts-expect-error -- milliseconds
options({ heartbeat: '25s' });
// @ts-expect-error -- milliseconds
options({ connectTimeout: true });
// @ts-expect-error -- milliseconds
options({ maxDuration: '1' });
// @ts-expect-error -- bytes per second
options({ rate: '1k' });
// @ts-expect-error -- a number
options({ maxSessionsPerToken: true });
// @ts-expect-error -- not a ledger
options({ ledger: new Map() });
// @ts-expect-error -- milliseconds
options({ readTimeout: '1' });
// @ts-expect-error -- milliseconds
options({ sendTimeout: null });
// @ts-expect-error -- milliseconds
options({ listenTimeout: new Date() });
// @ts-expect-error -- milliseconds
options({ idleTimeout: 1n });
// @ts-expect-error -- a number
options({ maxConnections: 'many' });
// @ts-expect-error -- a number
options({ maxConnectionsPerAddress: {} });
// @ts-expect-error -- bytes
options({ maxPayload: '1 MiB' });
// @ts-expect-error -- a number
options({ maxFragments: [] });
// @ts-expect-error -- yes or no
options({ runOnce: 1 });
// @ts-expect-error -- a directory
options({ web: true });
// @ts-expect-error -- yes or no
options({ webAuth: 'yes' });

options({ allowOrigins: ['https://app.example'] as const, allowHosts: ['bridge.example'] });
// @ts-expect-error -- a list
options({ allowOrigins: '*' });
// @ts-expect-error -- a list
options({ allowHosts: 'bridge.example' });

options({ authenticate: () => true });
options({ authenticate: async () => ({ status: 401, message: 'Who are you?' }) });
options({ authenticate: authenticateWith({ authenticate: () => false }) });
// @ts-expect-error -- a refusal must say what to answer
options({ authenticate: () => false });

options({ log: (line, event) => expectTypeOf([line, event.event]).toEqualTypeOf<string[]>() });
// @ts-expect-error -- a function, not a console
options({ log: console });
options({ traffic: (symbol) => expectTypeOf(symbol).toExtend<string>() });
// @ts-expect-error -- a function
options({ traffic: true });

tls({ cert: 'cert.pem', key: 'key.pem', minVersion: 'TLSv1.3', only: true, verifyClient: true });
// @ts-expect-error -- the certificate is missing
tls({ key: 'key.pem' });
// @ts-expect-error -- not a supported version
tls({ cert: 'cert.pem', minVersion: 'SSLv3' });
options({ targetTls: { ca: 'ca.pem', serverName: 'vnc.internal' } });
// @ts-expect-error -- verification can't be switched off
options({ targetTls: { rejectUnauthorized: false } });

// ---- members ----

expectTypeOf(bridge.listen(0)).toEqualTypeOf<Promise<Address>>();
expectTypeOf(bridge.listen(0, '::1')).toEqualTypeOf<Promise<Address>>();
expectTypeOf(bridge.listen(0, '::1', 'plain')).toEqualTypeOf<Promise<Address>>();
expectTypeOf(bridge.listen({ path: '/run/b.sock', rules: 'plain' })).toEqualTypeOf<
  Promise<UnixSource>
>();
expectTypeOf(bridge.listen({ path: '/run/b.sock' })).toEqualTypeOf<Promise<UnixSource>>();
expectTypeOf(bridge.close({ drain: 1000 })).toEqualTypeOf<Promise<void>>();
expectTypeOf(bridge.closed).toEqualTypeOf<Promise<void>>();
expectTypeOf<BridgeEvent['event']>().toEqualTypeOf<
  | 'answered'
  | 'refused'
  | 'left'
  | 'opened'
  | 'suspended'
  | 'resumed'
  | 'expired'
  | 'closed'
  | 'error'
>();
// @ts-expect-error -- a port is a number
bridge.listen('6080');
// @ts-expect-error -- read only
bridge.closed = Promise.resolve();

expectTypeOf(signTarget({ secret: 'secret', target: 'localhost:23' })).toEqualTypeOf<string>();
// @ts-expect-error -- the secret is missing
signTarget({ target: 'localhost:23' });
