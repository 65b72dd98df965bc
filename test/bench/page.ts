/**
 * The benchmark in a page: measures, and posts each row to the page's server.
 */
import { measure } from './measure.js';
import { uint8ArrayList } from './subjects.js';

const post = (path: string, body: unknown): Promise<Response> =>
  fetch(path, { method: 'POST', body: JSON.stringify(body) });

const options = (await (await fetch('options')).json()) as { rounds: number; only?: string };
try {
  const rows = await measure([uint8ArrayList], options, (row) => void post('row', row));
  await post('done', rows);
} catch (error) {
  await post('failed', String(error));
}
