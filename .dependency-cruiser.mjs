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

export default {
  forbidden: [
    { name: 'no cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'nothing missing', severity: 'error', from: {}, to: { couldNotResolve: true } },
    room('src/index\\.ts$', anyOfSdk),
    room('src/script-tag\\.ts$', '^src/index\\.ts$'),
    room(
      'src/websock\\.ts$',
      '^src/(connection|errors|events|options)\\.ts$',
      '^src/(transport|receive|send)/',
    ),
    room(
      'src/connection\\.ts$',
      '^src/(errors|events|options)\\.ts$',
      '^src/(transport|receive|send)/',
    ),
    room('src/events\\.ts$', errors, npm('mitt')),
    room('src/errors\\.ts$'),
    room('src/options\\.ts$', errors),
    room('src/transport/', errors),
    room('src/receive/', errors),
    room('src/send/', errors),
    room('src/compat/', '^src/(websock|events)\\.ts$', '^src/receive/'),
    room('src/telnet/'),
    room('src/bridge/', node, npm('ws', 'sirv', 'jose', 'redis')),
    room(
      'demo/',
      '^src/(index|compat/index|telnet/index|bridge/index)\\.ts$',
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
