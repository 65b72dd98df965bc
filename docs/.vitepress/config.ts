/**
 * The documentation site: README.md is its front page, the documents its guide, and typedoc's pages (made by
 * `npm run docs`) its API reference. VitePress fails the build on a dead link.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type DefaultTheme, defineConfig, type MarkdownRenderer } from 'vitepress';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The guide's groups and their documents, in the order of the contents. */
const guide: Record<string, readonly string[]> = {
  SDK: [
    'api',
    'reading',
    'protocols',
    'recipes',
    'telnet',
    'flow',
    'servers',
    'testing',
    'development-servers',
    'troubleshooting',
    'faq',
    'platforms',
    'performance',
  ],
  Bridge: ['bridge', 'bridge-targets', 'proxies', 'websock-cat'],
  Migrating: ['migrating-from-novnc', 'migrating-from-websockify-js'],
};
const listed = new Set(Object.values(guide).flat());
for (const name of readdirSync(`${root}docs`).filter((file) => file.endsWith('.md'))) {
  if (!listed.has(name.slice(0, -3))) throw new Error(`Cannot build: the guide lacks docs/${name}`);
}

const project: readonly string[] = ['CHANGELOG', 'CONTRIBUTING', 'SECURITY'];

const group = (text: string, items: readonly DefaultTheme.SidebarItem[]) => ({
  text,
  items: [...items],
});

/** A document's place in the contents, under its own title. */
function entry(path: string, link: string): DefaultTheme.SidebarItem {
  const [, text = ''] = /^# (.+)$/m.exec(readFileSync(`${root}${path}`, 'utf8')) ?? [];
  return { text, link };
}

/** The contents of the API reference, all of them in view: VitePress' folding groups nest a button in a button. */
function unfold({ text, link, items }: DefaultTheme.SidebarItem): DefaultTheme.SidebarItem {
  return { text, ...(items ? { items: items.map(unfold) } : { link }) };
}

const reference = (
  JSON.parse(
    readFileSync(`${root}docs/reference/typedoc-sidebar.json`, 'utf8'),
  ) as DefaultTheme.SidebarItem[]
).map(unfold);

/** Where a document is on the site. */
const pageOf = (path: string): string =>
  path.replace(/^docs\//, '').replace(/^README\.md$/, 'index.md');

/** The documents link to each other as files of the repository; on the site they lie in one folder. */
function relink(md: MarkdownRenderer): void {
  md.core.ruler.push('relink', ({ tokens, env }) => {
    const from = String(env.realPath ?? env.path).slice(root.length);
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.attrGet('href');
      if (token.type !== 'link_open' || !href || /^([a-z]+:|#)/.test(href)) continue;
      const [file = '', anchor] = href.split('#');
      const path = pageOf(posix.join(posix.dirname(from), file));
      const to = posix.relative(posix.dirname(pageOf(from)), path);
      token.attrSet('href', `./${to}${anchor === undefined ? '' : `#${anchor}`}`);
    }
  });
}

/** A table without headings has cells where they would be: an empty heading says nothing to a screen reader. */
function withoutEmptyHeadings(md: MarkdownRenderer): void {
  md.core.ruler.push('without empty headings', ({ tokens }) => {
    for (const [at, token] of tokens.entries()) {
      const isEmpty = token.type === 'th_open' && tokens[at + 1]?.content === '';
      if (isEmpty) token.tag = tokens[at + 2]!.tag = 'td';
    }
  });
}

export default defineConfig({
  title: 'websock-client',
  description: 'A TCP-style byte stream for the browser, and the bridge to TCP.',
  base: process.env.DOCS_BASE ?? '/docs/',
  srcDir: '..',
  outDir: '../dist/demo/web/docs',
  cacheDir: '../node_modules/.cache/vitepress',
  srcExclude: ['{dist,src,test,demo,findings,.github}/**'],
  rewrites: { 'README.md': 'index.md', 'docs/:page*': ':page*' },
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    config: (md) => {
      relink(md);
      withoutEmptyHeadings(md);
    },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-high-contrast' },
    languageAlias: { haproxy: 'ini', caddyfile: 'ini' },
  },
  vite: {
    plugins: [
      {
        name: 'live demo',
        enforce: 'pre',
        transform: (code, id) =>
          id.endsWith('.md')
            ? code.replace(
                /<!-- demo( play="[\w.]+")? -->/,
                (_, play = '') => `<LiveDemo${play} />`,
              )
            : undefined,
      },
    ],
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: {
      '/reference/': [{ text: 'Documentation', link: '/' }, ...reference],
      '/': [
        group('Start', [
          { text: 'Overview', link: '/' },
          { text: 'Live demo', link: '/#demo' },
          { text: 'API reference', link: '/reference/' },
        ]),
        ...Object.entries(guide).map(([text, pages]) =>
          group(
            text,
            pages.map((page) => entry(`docs/${page}.md`, `/${page}`)),
          ),
        ),
        group(
          'Project',
          project.map((page) => entry(`${page}.md`, `/${page}`)),
        ),
      ],
    },
  },
});
