// What is built: the SDK, the telnet codec and the flow protocol (ESM, CommonJS, types), the script-tag files, the bridge (library
// and command, with what it needs inside) and the demos. `npm run build` builds the targets that changed; package.json says
// what each depends on.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import typescript from '@rollup/plugin-typescript';
import dts from 'rollup-plugin-dts';
import license from 'rollup-plugin-license';

const compile = (tsconfig) => typescript({ tsconfig, noEmit: false, noEmitOnError: true });

/** ESM and CommonJS side by side. A bundler may give the CommonJS files mitt's ES module, hence the interop. */
const modules = [
  {
    dir: 'dist',
    format: 'es',
    // One file per module: with `sideEffects: false` bundlers leave out those that an import does not need.
    preserveModules: true,
    entryFileNames: ({ isEntry }) => (isEntry ? '[name].js' : 'modules/[name].js'),
    sourcemap: true,
  },
  {
    dir: 'dist',
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: 'shared-[hash].cjs',
    exports: 'named',
    interop: 'compat',
    sourcemap: true,
  },
];

/** One set of types for each format: `.d.ts` files count as ESM here, `.d.cts` files as CommonJS. */
const types = [
  {
    dir: 'dist',
    format: 'es',
    entryFileNames: '[name].d.ts',
    chunkFileNames: 'shared-[hash].d.ts',
  },
  {
    dir: 'dist',
    format: 'es',
    entryFileNames: '[name].d.cts',
    chunkFileNames: 'shared-[hash].d.cts',
  },
];

/**
 * TypeScript distinguishes classes with private members by their declarations. Without the mark `#private` those of a `.d.ts`
 * and of a `.d.cts` are alike, so that a socket from one can be passed to the other.
 */
const alike = {
  name: 'alike',
  renderChunk: (code) => code.replaceAll(/^ *#private;\n/gm, ''),
};

/** Writes the licenses of the packages in a bundle to a file beside it. */
const notices = (file) => license({ thirdParty: { output: { file } } });

const banner = '/*! websock-client, MIT License */';

/** Copies files into the output unchanged; several parts are joined. */
const copy = (files) => ({
  name: 'copy',
  buildStart() {
    for (const part of Object.values(files).flat()) this.addWatchFile(part);
  },
  generateBundle() {
    for (const [fileName, parts] of Object.entries(files)) {
      const source = parts.map((part) => readFileSync(part, 'utf8')).join('\n');
      this.emitFile({ type: 'asset', fileName, source });
    }
  },
});

/** What `npm start` serves: the telnet page, here with its link to the documentation, and the recording that the documentation plays. */
const site = {
  name: 'site',
  generateBundle() {
    const page = readFileSync('dist/wstelnet/index.html', 'utf8');
    const files = { 'index.html': page.replace(/(?<=<a id="documentation".*) hidden/, '') };
    for (const name of readdirSync('dist/wstelnet').filter((file) => /\.(js|css)$/.test(file))) {
      files[name] = readFileSync(`dist/wstelnet/${name}`);
    }
    files['session.cast'] = readFileSync('demo/session.cast');
    for (const [name, source] of Object.entries(files)) {
      this.emitFile({ type: 'asset', fileName: `web/${name}`, source });
    }
  },
};

/** A file for a script tag, with the global `Websock`. */
const scriptTag = (input, file) => ({
  input,
  plugins: [resolve(), compile('tsconfig.json'), terser({ compress: { passes: 2 } })],
  output: { file, format: 'iife', name: 'Websock', sourcemap: true, banner },
});

/** noVNC as it is, with its core/websock.js replaced by ours. */
const novncOverOurs = {
  name: 'novnc over ours',
  resolveId: (source, importer) =>
    source.endsWith('/websock.js') && importer?.includes('/@novnc/novnc/core/')
      ? fileURLToPath(import.meta.resolve('websock-client/compat'))
      : null,
};

const sdk = {
  index: 'src/index.ts',
  core: 'src/core.ts',
  compat: 'src/compat/index.ts',
  reconnect: 'src/reconnect.ts',
  testing: 'src/testing/index.ts',
  telnet: 'src/telnet/index.ts',
  flow: 'src/flow/index.ts',
  inspect: 'src/inspect/index.ts',
  diagnose: 'src/diagnose/index.ts',
};
const bridge = { bridge: 'src/bridge/index.ts' };

/** Left out of the bridge's file: Node's modules, and packages that only some options need and their users install. */
const bridgeExternals = [/^node:/, 'jose', 'redis'];

/** The plugins that build the bridge. */
const bridgePlugins = [
  resolve({ preferBuiltins: true }),
  commonjs(),
  compile('src/bridge/tsconfig.json'),
];

/** The targets by name; `rollup -c --configTarget NAME` builds one of them. */
const targets = {
  sdk: [
    { input: sdk, external: ['mitt'], plugins: [compile('tsconfig.json')], output: modules },
    {
      input: sdk,
      plugins: [dts({ tsconfig: 'tsconfig.json' }), alike],
      output: types,
    },
  ],
  'script-tag': [
    scriptTag('src/script-tag.ts', 'dist/websock.min.js'),
    scriptTag('src/compat/script-tag.ts', 'dist/websock-compat.min.js'),
  ],
  bridge: [
    {
      input: { ...bridge, 'websock-bridge': 'src/bridge/command/websock-bridge.ts' },
      external: bridgeExternals,
      plugins: [
        ...bridgePlugins,
        notices('dist/bridge.notices.txt'),
        copy({ 'websock-rebind.c': ['src/bridge/process/wrap/websock-rebind.c'] }),
      ],
      output: { dir: 'dist', format: 'es', chunkFileNames: 'bridge-[name].js' },
    },
    {
      input: bridge,
      external: bridgeExternals,
      plugins: bridgePlugins,
      output: { ...modules[1], sourcemap: false },
    },
    {
      input: bridge,
      external: bridgeExternals,
      plugins: [dts({ tsconfig: 'src/bridge/tsconfig.json' }), alike],
      output: types,
    },
  ],
  cat: [
    {
      input: { 'websock-cat': 'src/cat/websock-cat.ts' },
      // The SDK is beside it, in the same package.
      external: [/^node:/, 'websock-client'],
      plugins: [
        resolve({ preferBuiltins: true }),
        commonjs(),
        compile('src/cat/tsconfig.json'),
        notices('dist/websock-cat.notices.txt'),
      ],
      output: { dir: 'dist', format: 'es' },
    },
  ],
  wstelnet: [
    {
      input: { wstelnet: 'demo/wstelnet/main.ts' },
      plugins: [
        resolve({ browser: true }),
        commonjs(),
        compile('demo/tsconfig.json'),
        terser(),
        notices('dist/wstelnet/notices.txt'),
        copy({
          'index.html': ['demo/wstelnet/index.html'],
          'wstelnet.css': [
            'node_modules/@xterm/xterm/css/xterm.css',
            'demo/wstelnet/style.css',
            'demo/wstelnet/tools.css',
          ],
          'dark.css': ['demo/wstelnet/dark.css'],
        }),
      ],
      // The inspector, the player, the diagnosis and the decoder of images are loaded on demand.
      output: {
        dir: 'dist/wstelnet',
        format: 'es',
        chunkFileNames: ({ name }) => (name === 'index' ? 'diagnose.js' : '[name].js'),
      },
    },
  ],
  vnc: [
    {
      input: { vnc: 'demo/vnc/main.ts' },
      plugins: [
        novncOverOurs,
        resolve({ browser: true }),
        compile('demo/tsconfig.json'),
        terser(),
        notices('dist/demo/vnc/notices.txt'),
        copy({
          'index.html': ['demo/vnc/index.html'],
          'vnc.css': ['demo/vnc/style.css'],
        }),
      ],
      output: { dir: 'dist/demo/vnc', format: 'es' },
    },
  ],
  demo: [
    {
      input: { start: 'demo/start.ts', vnc: 'demo/vnc.ts' },
      external: [/^node:/, /^websock-client/],
      plugins: [compile('demo/tsconfig.json'), site],
      output: { dir: 'dist/demo', format: 'es', chunkFileNames: '[name].js' },
    },
  ],
};

export default ({ configTarget }) =>
  configTarget ? targets[configTarget] : Object.values(targets).flat();
