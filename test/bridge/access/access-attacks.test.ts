/**
 * Attacks on the rules about who may connect where: each test tries its vectors and prints how many were refused, and
 * how many connections the bridge made to targets.
 */
import { expect, test } from 'vitest';
import {
  authenticateWith,
  openAuthenticator,
  signedTargets,
  signTarget,
  type TokenSource,
  tokenTargets,
} from '../../../src/bridge/index.js';
import { ask, askRefused, countDials } from '../../helpers/access.js';
import { report } from '../../helpers/attacks.js';
import { startBridge, startEcho } from '../../helpers/bridge.js';

const SECRET = 's'.repeat(32);

/** Tries one vector at a time and reports the outcome; `try_` makes one connection and resolves with the status. */
async function attack<T>(
  name: string,
  vectors: readonly T[],
  refusal: number,
  try_: (vector: T) => Promise<number>,
): Promise<void> {
  const dials = countDials();
  const passed: [T, number][] = [];
  for (const vector of vectors) {
    const status = await try_(vector);
    if (status !== refusal) passed.push([vector, status]);
  }
  const made = dials() - vectors.length;
  expect(passed).toEqual([]);
  report({
    name,
    tried: vectors.length,
    refused: vectors.length - passed.length,
    reached: made,
  });
}

/** Takes every token for the host of its target, as a careless source might. */
const echoSource = (port: number): TokenSource => ({
  lookup: (host) => ({ host, port }),
});

const FORBIDDEN = [
  '169.254.169.254',
  '2852039166',
  '0xA9FEA9FE',
  '0xa9.0xfe.0xa9.0xfe',
  '0251.0376.0251.0376',
  '025177524776',
  '169.254.43518',
  '169.16689662',
  '::ffff:169.254.169.254',
  '::ffff:a9fe:a9fe',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '::169.254.169.254',
  '::ffff:0:169.254.169.254',
  '64:ff9b::169.254.169.254',
  '64:ff9b:1::a9fe:a9fe',
  '2002:a9fe:a9fe::1',
  '169.254.170.2',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
  '64:ff9b:1::1',
  '64:ff9b:1:a9fe:a9:fe00::',
  '64:ff9b:1:7fff:0:1::',
  '64:ff9b::a9fe:a9fe',
  '::a9fe:a9fe',
  '::100.100.100.200',
  '::ffff:0:a8:3f81',
  '2002:a9fe:a9fe:1::1',
  '2001:0:a9fe:a9fe::1',
  '2001::1:2:3:5601:5601',
  '2001:db8::5efe:169.254.169.254',
  '2001:db8::200:5efe:a9fe:a9fe',
  'fd00::5efe:6464:64c8',
  'fe80::1',
  'fe80::1%lo',
  '::1%lo',
  'febf::1',
  'ff02::1',
  '224.0.0.1',
  '255.255.255.255',
  '0.0.0.0',
  '0',
  '::',
];

test('SSRF: link-local and metadata addresses in every form, by token and by signature', async () => {
  const target = await startEcho();
  const rules = { maxFailures: 0 };
  const tokens = await startBridge(1, { target: tokenTargets(echoSource(target.port), rules) });
  const signed = await startBridge(1, { target: signedTargets(SECRET, rules) });
  await attack('SSRF by token', FORBIDDEN, 403, (host) =>
    ask(tokens.port, `/?token=${encodeURIComponent(host)}`),
  );
  const literal = (host: string) => (host.includes(':') ? `[${host}]:80` : `${host}:80`);
  await attack('SSRF by signature', FORBIDDEN, 403, (host) =>
    ask(signed.port, `/?${signTarget({ secret: SECRET, target: literal(host) })}`),
  );
  // An allowed target is reached, so the count above does count.
  const dials = countDials();
  expect(await ask(tokens.port, '/?token=127.0.0.1')).toBe(101);
  expect(dials()).toBe(2);
});

test('SSRF: targets outside the allowed networks and ports', async () => {
  const target = await startEcho();
  const rules = {
    allowNetworks: ['127.0.0.0/8', '192.0.2.0/24'],
    allowPorts: [target.port],
    maxFailures: 0,
  };
  const { port } = await startBridge(1, { target: signedTargets(SECRET, rules) });
  const sign = (host: string) => `/?${signTarget({ secret: SECRET, target: host })}`;
  const others = ['10.0.0.1', '192.0.3.1', '[::1]', '3232235777', '0x0a000001', '012.0.0.1'];
  const vectors = [
    ...others.map((host) => `${host}:${target.port}`),
    `127.0.0.1:${target.port === 22 ? 23 : 22}`,
    '127.1:25',
  ];
  await attack('networks and ports', vectors, 403, (host) => ask(port, sign(host)));
  for (const host of ['127.0.0.1', '2130706433', '127.1', '[::ffff:127.0.0.1]']) {
    expect(await ask(port, sign(`${host}:${target.port}`))).toBe(101);
  }
});

test('open proxy: a target in the URL, without a good signature', async () => {
  const target = await startEcho();
  const { port, lines } = await startBridge(1, {
    target: signedTargets(SECRET, { maxFailures: 0 }),
  });
  const where = `127.0.0.1:${target.port}`;
  const good = new URLSearchParams(signTarget({ secret: SECRET, target: where }));
  const changed = (fields: Record<string, string>) =>
    `/?${new URLSearchParams({ ...Object.fromEntries(good), ...fields })}`;
  const signature = good.get('signature') ?? '';
  const vectors = [
    `/?target=${where}`,
    `/?host=127.0.0.1&port=${target.port}`,
    `/${where}`,
    `/?${good}&target=10.0.0.1:1`,
    `/?${good}&expires=1`,
    changed({ target: '127.0.0.1:1' }),
    changed({ expires: String(Date.now() + 3_600_000) }),
    changed({ expires: 'NaN' }),
    changed({ nonce: 'x' }),
    changed({ signature: '' }),
    `/?${good}&signature=`,
    `/?signature=&${good}`,
    `/?${good}&signature=${signature}`,
    `/?${good}${encodeURIComponent('\n')}`,
    changed({ signature: signature.slice(0, -1) }),
    changed({ signature: 'A'.repeat(43) }),
    `/?${signTarget({ secret: 'x'.repeat(32), target: where })}`,
    `/?${signTarget({ secret: SECRET, target: where, origin: 'https://app.example' })}`,
  ];
  await attack('open proxy', vectors, 403, (path) => ask(port, path));
  expect(lines.join()).not.toContain(signature);
  expect(await ask(port, `/?${good}`)).toBe(101);
});

test('token guessing: ten wrong tokens a minute, one by one or all at once', async () => {
  let lookups = 0;
  const target = await startEcho();
  const source: TokenSource = {
    lookup: async (token) => {
      lookups += 1;
      await new Promise(setImmediate);
      return token === 'right' ? { host: '127.0.0.1', port: target.port } : undefined;
    },
  };
  const bridge = await startBridge(1, { target: tokenTargets(source) });
  const dials = countDials();
  const statuses: number[] = [];
  for (let i = 0; i < 200; i += 1) statuses.push(await ask(bridge.port, `/?token=guess${i}`));
  expect(statuses.filter((status) => status === 403)).toHaveLength(10);
  expect(statuses.filter((status) => status === 429)).toHaveLength(190);
  expect(lookups).toBe(10);
  const blocked = await askRefused(bridge.port, '/?token=right');
  expect(blocked.status).toBe(429);
  expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
  statuses.push(blocked.status);
  const made = dials() - statuses.length;
  const refused = statuses.filter((status) => status === 403 || status === 429).length;
  report({ name: 'token guessing', tried: statuses.length, refused, reached: made });
  expect(bridge.lines.join('\n')).not.toMatch(/guess|right/);

  const other = await startBridge(1, { target: tokenTargets(source) });
  const atOnce = await Promise.all(
    Array.from({ length: 100 }, (_, i) => ask(other.port, `/?token=guess${i}`)),
  );
  expect(atOnce.filter((status) => status === 403).length).toBeLessThanOrEqual(10);
  expect(atOnce.every((status) => status === 403 || status === 429)).toBe(true);
});

test('the answer does not distinguish unknown, missing and forbidden tokens', async () => {
  const source: TokenSource = {
    lookup: (token) => (token === 'known' ? { host: '169.254.169.254', port: 80 } : undefined),
  };
  const { port } = await startBridge(1, { target: tokenTargets(source) });
  const answers = await Promise.all(
    ['/', '/?token=unknown', '/?token=known'].map((path) => askRefused(port, path)),
  );
  expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
});

test('cross-site hijacking: pages of other origins, with a good cookie', async () => {
  const target = await startEcho();
  const source = echoSource(target.port);
  const { port } = await startBridge(1, {
    target: tokenTargets(source, { maxFailures: 0 }),
    allowOrigins: ['https://app.example'],
  });
  const cookie = { Cookie: 'token=127.0.0.1' };
  const origins = [
    'null',
    '',
    'https://evil.example',
    'http://app.example',
    'https://app.example:444',
    'https://app.example.evil.example',
    'https://evilapp.example',
    'https://app.example@evil.example',
    'https://app.example/',
    'https://app.example, https://evil.example',
    'file://',
    `http://localhost:${port}`,
    'https://127.0.0.1.evil.example',
  ];
  await attack('cross-site hijacking', origins, 403, (Origin) =>
    ask(port, '/', { ...cookie, Origin }),
  );
  expect(await ask(port, '/', { ...cookie, Origin: 'https://app.example' })).toBe(101);
});

test('no request header gives a client an identity', async () => {
  const target = await startEcho();
  const auth = authenticateWith(await openAuthenticator('ClientCertCNAuth', 'alice'));
  const { port } = await startBridge(target.port, { authenticate: auth });
  const headers = [
    'SSL_CLIENT_S_DN_CN',
    'Ssl-Client-S-Dn-Cn',
    'X-SSL-Client-CN',
    'X-SSL-Client-S-DN',
    'X-Client-Cert',
    'X-Forwarded-Client-Cert',
    'X-Forwarded-User',
    'X-Remote-User',
    'Remote-User',
    'X-Forwarded-For',
    'X-Real-IP',
    'Forwarded',
  ];
  await attack('identity in headers', headers, 403, (name) =>
    ask(port, '/', { [name]: name.endsWith('DN') ? 'CN=alice' : 'alice' }),
  );
});

test('an address in a header does not get around the limit on failures', async () => {
  const { port } = await startBridge(1, { target: tokenTargets({ lookup: () => undefined }) });
  const statuses: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    statuses.push(await ask(port, '/?token=x', { 'X-Forwarded-For': `192.0.2.${i}` }));
  }
  expect(statuses.slice(10)).toEqual([429, 429]);
});
