// Builds the fuzz run into dist/fuzz, including the sources under test.
import typescript from '@rollup/plugin-typescript';

export default {
  input: 'test/fuzz/main.ts',
  external: [/^node:/, 'mitt'],
  plugins: [typescript({ tsconfig: 'test/fuzz/tsconfig.json', noEmit: false })],
  output: { dir: 'dist/fuzz', format: 'es' },
};
