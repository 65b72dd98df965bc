// Builds two files into dist/novnc: `websock.js`, which replaces noVNC's class, and `main.js`, which runs noVNC's tests.
import resolve from '@rollup/plugin-node-resolve';
import typescript from '@rollup/plugin-typescript';

export default {
  input: { main: 'test/novnc/main.ts', websock: 'test/novnc/facade.ts' },
  external: [/^node:/, '@playwright/test', 'sirv'],
  plugins: [
    resolve(),
    typescript({ tsconfig: 'test/novnc/tsconfig.json', noEmit: false, noEmitOnError: true }),
  ],
  output: { dir: 'dist/novnc', format: 'es', chunkFileNames: 'shared-[name].js' },
};
