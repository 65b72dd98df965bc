/**
 * The documents as a site: each is a page, and whatever a page refers to is there.
 */
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

type Render = (options: { withApi: boolean }) => Record<string, string>;

const script = new URL('../../.ci/site.mjs', import.meta.url).href;
const { renderSite } = (await import(script)) as { renderSite: Render };
const files = renderSite({ withApi: false });
const pages = Object.keys(files).filter((name) => name.endsWith('.html'));

/** The demo's own addresses are for the server of `npm start`: the browser test follows those. */
const withoutDemo = (html: string): string => html.replace(/<template>.*?<\/template>/s, '');

const hasId = (page: string, id: string): boolean => files[page]!.includes(` id="${id}"`);

function broken(page: string): string[] {
  const html = withoutDemo(files[page]!);
  const links = [...html.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(pages.length);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return !URL.canParse(link);
    const [file = '', id] = link.split('#');
    const target = file === '' ? page : file;
    return !(target in files) || (id !== undefined && !hasId(target, id));
  });
}

it('has a page for each document', () => {
  const guides = readdirSync(fileURLToPath(new URL('../../docs', import.meta.url)));
  const names = guides
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${name.slice(0, -2)}html`);
  expect(names.length).toBeGreaterThan(3);
  expect(pages).toEqual(expect.arrayContaining([...names, 'index.html', 'changelog.html']));
});

describe.each(pages)('%s', (page) => {
  it('has no broken links', () => {
    expect(broken(page)).toEqual([]);
  });

  it('has one title, and marks its place in the contents', () => {
    expect(files[page]!.match(/<h1\b/g)).toHaveLength(1);
    expect(files[page]!.match(/ aria-current="page"/g)).toHaveLength(1);
  });
});

it('links to the API reference where that is made', () => {
  const { 'bridge.html': page } = renderSite({ withApi: true });
  expect(page).toContain('href="api/index.html"');
});
