// Builds the benchmarks into dist/bench; they measure the built package that users get.
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import typescript from '@rollup/plugin-typescript';

const compile = () => typescript({ tsconfig: 'test/bench/tsconfig.json', noEmit: false });
const output = { dir: 'dist/bench', format: 'es', chunkFileNames: 'shared-[name].js' };

/** Builds a page as one file. */
const page = (input) => ({ input, plugins: [resolve({ browser: true }), compile()], output });

export default [
  page({ page: 'test/bench/page.ts' }),
  page({ 'e2e-page': 'test/bench/e2e-page.ts' }),
  page({ 'bridge-page': 'test/bench/bridge-page.ts' }),
  page({ 'flow-page': 'test/bench/flow-page.ts' }),
  {
    input: {
      main: 'test/bench/main.ts',
      bridge: 'test/bench/bridge.ts',
      'bridge-collect': 'test/bench/bridge-collect.ts',
      e2e: 'test/bench/e2e.ts',
      flow: 'test/bench/flow.ts',
      'e2e-server': 'test/bench/e2e-server.ts',
      memory: 'test/bench/memory.ts',
      wstelnet: 'test/bench/wstelnet.ts',
      'memory-child': 'test/bench/memory-child.ts',
    },
    external: [/^node:/, /^websock-client/, '@playwright/test', 'bl', 'uint8arraylist', 'ws'],
    plugins: [
      {
        name: 'window',
        // noVNC's file uses browser globals while it loads.
        banner: () =>
          'globalThis.window = globalThis; globalThis.WebSocket ??= { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };',
      },
      resolve(),
      commonjs(),
      compile(),
    ],
    output,
  },
];
