/** Vitest as a platform of the suite: the command line sets the environment, and `ORIGIN` the page's URL. */
import { fileURLToPath } from 'node:url';

const { ORIGIN: url } = process.env;

export default {
  root: fileURLToPath(new URL('../../dist/conformance', import.meta.url)),
  test: {
    globals: true,
    environmentOptions: { happyDOM: { url }, jsdom: { url } },
  },
};
