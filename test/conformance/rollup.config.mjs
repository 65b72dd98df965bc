// Builds the conformance suite into dist/conformance: the agents, which run on the platforms and include the sources under
// test; and `main.js`, which starts the platforms.
import resolve from '@rollup/plugin-node-resolve';
import typescript from '@rollup/plugin-typescript';

export default {
  input: ['agent', 'agent.test', 'agent-workerd', 'main'].map(
    (name) => `test/conformance/${name}.ts`,
  ),
  external: [/^node:/, '@playwright/test', 'ws'],
  plugins: [
    resolve({ browser: true }),
    typescript({ tsconfig: 'test/conformance/tsconfig.json', noEmit: false }),
  ],
  output: { dir: 'dist/conformance', format: 'es', chunkFileNames: 'shared-[name].js' },
};
