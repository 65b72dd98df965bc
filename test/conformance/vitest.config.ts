/** Vitest as a platform of the suite: its environment comes from the command line, and where the page is by `ORIGIN`. */
import { fileURLToPath } from 'node:url';

const { ORIGIN: url } = process.env;

export default {
  root: fileURLToPath(new URL('../../dist/conformance', import.meta.url)),
  test: {
    globals: true,
    environmentOptions: { happyDOM: { url }, jsdom: { url } },
  },
};
