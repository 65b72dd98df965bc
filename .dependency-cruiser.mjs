import { builtinModules } from 'node:module';

// The layering: each room of the house and what it may import. Everything not named here is an error.

/** Files under `room` may import themselves and whatever matches one of `allowed`, nothing else. */
const room = (path, ...allowed) => ({
  name: `layering of ${path.replace('\\', '')}`,
  severity: 'error',
  from: { path: `^${path}` },
  to: { pathNot: [`^${path}`, ...allowed] },
});

const errors = '^src/errors\\.ts$';
const anyOfSdk = '^src/(?!bridge/)';
const node = `^(node:)?(${builtinModules.join('|')})$`;
const npm = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;

/** Files and rooms of the bridge, by name. */
const inBridge = (...names) => `^src/bridge/(${names.join('|')})(/|\\.ts$)`;
/** One of them, which may import Node besides. */
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
      '^src/(websock-core|async-connection|options)\\.ts$',
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
    room('src/options\\.ts$', errors, '^src/transport/flow\\.ts$'),
    room('src/transport/', errors),
    room('src/receive/', errors),
    room('src/send/', errors),
    room('src/compat/', '^src/(websock-core|events|options)\\.ts$', '^src/(receive|transport)/'),
    room('src/reconnect\\.ts$', '^src/events\\.ts$'),
    room('src/testing/'),
    room('src/telnet/', errors, '^src/receive/'),
    room('src/flow/(?!socket/|index)'),
    room('src/flow/', errors, '^src/transport/(channel|close-code|flow|transport)\\.ts$'),
    bridge('index', inBridge('options', 'server', 'access', 'base', 'log', 'port', 'session')),
    bridge('command', inBridge('options', 'server', 'access', 'base', 'log', 'process')),
    bridge('server', '^src/bridge/(?!index|command)'),
    bridge('options', inBridge('access', 'base', 'http', 'log', 'port', 'process', 'session')),
    bridge('sessions', inBridge('base', 'log', 'session')),
    bridge('access', inBridge('base', 'log'), npm('jose', 'redis')),
    bridge('log', inBridge('base')),
    bridge('port', inBridge('base', 'http/refuse')),
    bridge('http', inBridge('base'), npm('mrmime')),
    bridge('session', inBridge('base'), '^src/flow/', '^src/telnet/(decoder|constants)\\.ts$'),
    bridge('process'),
    bridge('base'),
    {
      name: 'no file of the bridge without a room',
      severity: 'error',
      from: {
        path: '^src/bridge/[^/]+$|^src/bridge/(?!command|access|log|port|http|session|process|base)[^/]+/',
        pathNot: inBridge('index', 'options', 'server', 'sessions'),
      },
      to: {},
    },
    room(
      'demo/',
      '^src/(index|compat/index|telnet/index|flow/index|bridge/index)\\.ts$',
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
