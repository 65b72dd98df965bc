/** Edits of the code that guards the bridge. */
export const tests = ['test/bridge/access/held-off.test'];

const access = [
  'test/bridge/access/target.test',
  'test/bridge/access/targets/',
  'test/bridge/access/access-attacks.test',
  'test/bridge/access/signed-targets.test',
];
const files = ['test/bridge/http/static.test', 'test/bridge/http/static-swap.test'];

const edit = (file, find, replace, reason, moreTests) => ({
  file: `src/bridge/${file}.ts`,
  find,
  replace,
  reason,
  ...(moreTests && { tests: moreTests }),
});

export const mutants = [
  edit(
    'access/targets/target-source',
    'if (late) return late;',
    '',
    'tells guesses that were under way at once, after the limit',
  ),
  edit(
    'access/auth/authenticate-with',
    'if (late) return late;',
    '',
    'tells passwords that were under way at once, after the limit',
  ),
  edit(
    'port/gate',
    '|| this.#farewells >= MAX_FAREWELLS',
    '',
    'keeps every refused client for a farewell',
  ),
  edit(
    'log/journal',
    "host: hidden ? '(hidden)' : host.slice(0, SHOWN)",
    'host: host.slice(0, SHOWN)',
    'logs a Host that may be a token',
  ),
  edit(
    'log/journal',
    "hidden && isOwn ? '(hidden)' : ",
    '',
    'logs an Origin that has the token of the Host in it',
  ),
  edit(
    'base/secret',
    'timingSafeEqual(digest(one), digest(other))',
    'one === other',
    'compares passwords byte by byte',
  ),
  edit(
    'access/targets/signed-target',
    '!timingSafeEqual(given, expected)',
    '!given.equals(expected)',
    'compares signatures byte by byte',
  ),
  edit(
    'http/judge',
    '(isTls ? /^https:/ : /^https?:/)',
    '/^https?:/',
    'takes a page without TLS for its own on a TLS connection',
  ),
  edit('base/address', "host === ''", 'false', 'takes an empty host for this machine', access),
  edit(
    'settings',
    "harmless('log', log)",
    'log',
    'lets what a log function throws end the bridge',
    access,
  ),
  edit(
    'access/targets/token-api',
    'if (climbs(token)) return undefined;',
    '',
    'lets a token climb in the URL of its service',
    access,
  ),
  edit(
    'access/targets/token-file',
    'bad.push(index + 1);',
    "throw new Error('bad');",
    'fails all tokens for one bad line',
    access,
  ),
  edit(
    'access/targets/signed-target',
    'if (more.length > 0 || ',
    'if (',
    'takes a second signature',
    access,
  ),
  edit(
    'base/ledger',
    'const now = performance.now();',
    'const now = Date.now();',
    'forgets used signatures by the wall clock',
    access,
  ),
  edit(
    'access/networks',
    'if (a === 0x2001 && b === 0)',
    'if (false)',
    'lets Teredo lead to a metadata address',
    access,
  ),
  edit(
    'base/regular-file',
    'constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)',
    'constants.O_RDONLY',
    'waits for the other end of a FIFO',
    files,
  ),
  edit(
    'http/static',
    '(await pathOf(handle, file)) === file',
    'true',
    'sends what a link led to that was swapped in',
    files,
  ),
];
