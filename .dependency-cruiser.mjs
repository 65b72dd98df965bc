import { builtinModules } from 'node:module';

// The layering: each "room" of the source and what it may import. Any other import is an error.

/** Files under `path` may import each other and whatever matches one of `allowed`, nothing else. */
const room = (path, ...allowed) => ({
  name: `layering of ${path.replace('\\', '')}`,
  severity: 'error',
  from: { path: `^${path}` },
  to: { pathNot: [`^${path}`, ...allowed] },
});

const errors = '^src/errors\\.ts$';
const known = '^src/known-options\\.ts$';
const anyOfSdk = '^src/(?!bridge/)';
const node = `^(node:)?(${builtinModules.join('|')})$`;
const npm = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;

/** Matches files and rooms of the bridge by name. */
const inBridge = (...names) => `^src/bridge/(${names.join('|')})(/|\\.ts$)`;
/** A room of the bridge, which may also import Node's modules. */
const bridge = (name, ...allowed) => room(inBridge(name).slice(1), node, ...allowed);

export default {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nothing missing', severity: 'error', from: {}, to: { couldNotResolve: true } },
    room('src/index\\.ts$', anyOfSdk),
    room(
      'src/core\\.ts$',
      '^src/(websock-core|events|options|errors)\\.ts$',
      '^src/(transport|receive|send)/',
    ),
    room('src/script-tag\\.ts$', '^src/index\\.ts$'),
    room(
      'src/websock\\.ts$',
      '^src/(websock-core|async-connection|events|options)\\.ts$',
      '^src/(transport|receive|send)/',
    ),
    room(
      'src/websock-core\\.ts$',
      '^src/(connection|errors|events|options)\\.ts$',
      '^src/(transport|receive|send)/',
    ),
    room(
      'src/async-connection\\.ts$',
      '^src/(connection|errors|events)\\.ts$',
      '^src/(transport|receive|send)/',
    ),
    room(
      'src/connection\\.ts$',
      '^src/(deferred|errors|events|options)\\.ts$',
      '^src/(transport|receive|send)/',
    ),
    room('src/deferred\\.ts$'),
    room('src/events\\.ts$', errors, '^src/transport/transport\\.ts$', npm('mitt')),
    room('src/errors\\.ts$'),
    room('src/known-options\\.ts$'),
    room('src/options\\.ts$', errors, known, '^src/transport/flow\\.ts$'),
    room('src/transport/', errors),
    room('src/receive/', errors),
    room('src/send/', errors),
    room('src/compat/', '^src/(websock-core|events|options)\\.ts$', '^src/(receive|transport)/'),
    room('src/reconnect\\.ts$', known, '^src/events\\.ts$'),
    room('src/testing/', known),
    room('src/telnet/', errors, known, '^src/receive/'),
    room('src/inspect/', known, '^src/(events|websock)\\.ts$', '^src/(telnet/|transport/base64)'),
    room('src/diagnose/', known, '^src/flow/message\\.ts$'),
    room('src/cat/', '^src/index\\.ts$', node, npm('ws')),
    room('src/flow/(?!socket/|index)'),
    room(
      'src/flow/',
      '^src/(deferred|errors|known-options)\\.ts$',
      '^src/transport/(channel|close-code|failure|flow|link|transport)\\.ts$',
    ),
    bridge(
      'index',
      inBridge(
        '((host|listener)-)?options',
        'bridge',
        'server',
        'access',
        'base',
        'log',
        'port',
        'session',
      ),
    ),
    bridge(
      'command',
      inBridge(
        'bridge',
        'options',
        'server',
        'access',
        'base',
        'log',
        'metrics',
        'port/listeners',
        'process',
        'replay',
      ),
      npm('smol-toml'),
    ),
    bridge('bridge', inBridge('base')),
    bridge('server|entrance', '^src/bridge/(?!index|command|metrics)'),
    bridge(
      'reception',
      inBridge('access', 'base', 'http', 'log', 'session', 'sessions', '(listener-)?settings'),
      '^src/flow/message\\.ts$',
    ),
    bridge(
      '((host|listener)-)?options|option-names|(listener-)?settings',
      inBridge('access', 'base', 'http', 'log', 'port', 'process', 'session'),
    ),
    bridge('sessions', inBridge('base', 'log', 'session')),
    bridge('access', inBridge('base', 'log'), npm('jose', 'redis')),
    bridge('log', inBridge('base')),
    bridge(
      'metrics',
      inBridge('base', 'log', 'http/(head|judge|refuse)', 'port/listen'),
      npm('prom-client'),
    ),
    bridge('port', inBridge('base', 'http/refuse')),
    bridge('http', inBridge('base'), '^src/flow/message\\.ts$', npm('mrmime')),
    bridge('session', inBridge('base'), '^src/flow/', '^src/inspect/(asciicast|script-byte)\\.ts$'),
    bridge('replay', inBridge('base'), '^src/testing/recording\\.ts$'),
    bridge('process', npm('sonic-boom')),
    bridge('base'),
    {
      name: 'no file of the bridge without a room',
      severity: 'error',
      from: {
        path: '^src/bridge/[^/]+$|^src/bridge/(?!command|access|log|metrics|port|http|session|replay|process|base)[^/]+/',
        pathNot: inBridge(
          'index',
          'bridge',
          '((host|listener)-)?options',
          'option-names',
          'entrance',
          'reception',
          'server',
          'sessions',
          '(listener-)?settings',
        ),
      },
      to: {},
    },
    room(
      'demo/',
      '^src/(index|reconnect|compat/index|testing/index|telnet/index|flow/index|inspect/index|diagnose/index|bridge/index)\\.ts$',
      node,
      npm('@xterm', '@novnc'),
    ),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'default'] },
    doNotFollow: { path: 'node_modules' },
  },
};
