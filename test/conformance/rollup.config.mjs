// Builds the conformance suite into dist/conformance: `agent.js`, which runs on every platform, with the sources that it is
// about; and `main.js`, which starts the platforms.
import resolve from '@rollup/plugin-node-resolve';
import typescript from '@rollup/plugin-typescript';

export default {
  input: { agent: 'test/conformance/agent.ts', main: 'test/conformance/main.ts' },
  external: [/^node:/, '@playwright/test', 'ws'],
  plugins: [
    resolve({ browser: true }),
    typescript({ tsconfig: 'test/conformance/tsconfig.json', noEmit: false }),
  ],
  output: { dir: 'dist/conformance', format: 'es', chunkFileNames: 'shared-[name].js' },
};
