// The documents as a small static site: each Markdown file a page, links between them kept. The build gives it to
// `npm start`, without the API reference; `npm run docs` writes it into dist/docs, around the reference.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lexer, Marked } from 'marked';
import { getHeadingList, gfmHeadingId } from 'marked-gfm-heading-id';

/** The documents in the order of the contents; the first is the front page. */
const documents = [
  'README.md',
  'docs/api.md',
  'docs/reading.md',
  'docs/protocols.md',
  'docs/servers.md',
  'docs/faq.md',
  'docs/platforms.md',
  'docs/performance.md',
  'docs/bridge.md',
  'docs/bridge-targets.md',
  'docs/migrating-from-novnc.md',
  'docs/migrating-from-websockify-js.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
];

/** Where the typedoc reference is, and where its stand-in is when it has not been made. */
const API = { made: 'api/index.html', missing: 'api.html' };

/** Stands in the README where the live demo belongs. */
const DEMO_MARK = '<!-- demo -->';

const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const pageOf = (path) =>
  path === documents[0] ? 'index.html' : `${posix.basename(path, '.md').toLowerCase()}.html`;

/**
 * The files of the site by their names.
 * @param withApi whether the API reference is beside them
 */
export function renderSite({ withApi }) {
  const files = { 'style.css': read('docs/site/style.css') };
  const template = read('docs/site/page.html');
  const pages = documents.map((path) => ({ path, ...render(path, files) }));
  for (const page of pages) {
    const title = page === pages[0] ? page.title : `${page.title} – ${pages[0].title}`;
    const contents = listContents(pages, page, withApi ? API.made : API.missing);
    files[pageOf(page.path)] = fill(template, { title, contents, content: page.html });
  }
  return files;
}

/** One document: its HTML, its title, and its sections. Images that it shows are added to the files. */
function render(path, files) {
  const marked = new Marked(gfmHeadingId(), {
    walkTokens(token) {
      if (token.type === 'link') redirect(token, path);
      if (token.type === 'image') {
        const name = posix.basename(token.href);
        files[name] = read(posix.join(posix.dirname(path), token.href));
        token.href = name;
      }
    },
  });
  const html = marked
    .parse(read(path))
    .replace(DEMO_MARK, () => read('docs/site/demo.html'))
    // Wide tables scroll by themselves, not with the page.
    .replace(/<table>.*?<\/table>/gs, '<div class="table">$&</div>');
  const [{ text: title }, ...headings] = getHeadingList();
  return { html, title, sections: headings.filter(({ level }) => level === 2) };
}

/** Makes a document's link one between pages. Where its text is the name of the file, that becomes the title. */
function redirect(link, from) {
  if (/^([a-z]+:|#)/.test(link.href)) return;
  const [file, anchor] = link.href.split('#');
  const path = posix.join(posix.dirname(from), file);
  if (!documents.includes(path)) {
    throw new Error(`Cannot link from ${from} to ${path}: it is not on the site`);
  }
  link.href = pageOf(path) + (anchor === undefined ? '' : `#${anchor}`);
  const [, title] = /^# (.+)$/m.exec(read(path));
  if (path.endsWith(link.text)) link.tokens = Lexer.lexInline(title);
}

/** The list of pages, with the sections of the current one. */
function listContents(pages, current, api) {
  const items = pages.map((page) => {
    const label = page === pages[0] ? 'Overview' : page.title;
    if (page !== current) return `<li><a href="${pageOf(page.path)}">${label}</a></li>`;
    const sections = page.sections.map(({ id, text }) => `<li><a href="#${id}">${text}</a></li>`);
    const below = sections.length > 1 ? `<ul>${sections.join('')}</ul>` : '';
    return `<li><a href="${pageOf(page.path)}" aria-current="page">${label}</a>${below}</li>`;
  });
  const others = [
    `<li><a href="index.html#demo">Live demo</a></li>`,
    `<li><a href="${api}">API</a></li>`,
  ];
  items.splice(1, 0, ...others);
  return `<ul>\n${items.join('\n')}\n</ul>`;
}

function fill(template, values) {
  return template.replace(/\{\{(\w+)\}\}/g, (_, name) => values[name]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = new URL('../dist/docs/', import.meta.url);
  mkdirSync(out, { recursive: true });
  const files = Object.entries(renderSite({ withApi: true }));
  for (const [name, source] of files) writeFileSync(new URL(name, out), source);
}
