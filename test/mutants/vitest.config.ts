/**
 * The tests' configuration, plus the edit that `main.mjs` asks for, made in the text of one file as it is loaded.
 */
import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import base from '../vitest.config.js';

interface Mutant {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const mutant = JSON.parse(process.env.WEBSOCK_MUTANT ?? 'null') as Mutant | null;
const edited = mutant && fileURLToPath(new URL(`../../${mutant.file}`, import.meta.url));

export default mergeConfig(base, {
  // Tests notice most mutants because something never happens.
  test: { expect: { poll: { timeout: 5_000 } } },
  plugins: [
    {
      name: 'mutant',
      enforce: 'pre',
      transform: (code: string, id: string) =>
        mutant && id.split('?')[0] === edited
          ? code.split(mutant.find).join(mutant.replace)
          : undefined,
    },
  ],
});
