// Builds the benchmarks into dist/bench; they measure the built package, as a user gets it.
import commonjs from '@rollup/plugin-commonjs';
import resolve from '@rollup/plugin-node-resolve';
import typescript from '@rollup/plugin-typescript';

const compile = () => typescript({ tsconfig: 'test/bench/tsconfig.json', noEmit: false });
const output = { dir: 'dist/bench', format: 'es' };

export default [
  {
    input: { page: 'test/bench/page.ts' },
    plugins: [resolve({ browser: true }), compile()],
    output,
  },
  {
    input: { main: 'test/bench/main.ts' },
    external: [/^node:/, '@playwright/test', 'bl', 'uint8arraylist', 'websock-client'],
    plugins: [
      {
        name: 'window',
        // noVNC's file looks for browser globals as it loads.
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
