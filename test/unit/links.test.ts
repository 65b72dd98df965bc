/**
 * In every document, the links lead to files and headings that exist, and the samples are at least valid code.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const documents = ['.', 'docs'].flatMap((dir) =>
  readdirSync(join(ROOT, dir))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(dir, name)),
);

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const withoutCode = (text: string) => text.replace(/^```.*?^```/gms, '').replace(/`[^`\n]*`/g, '');

/** The anchors of a document's headings, as GitHub names them. */
function anchors(path: string): string[] {
  const headings = read(path)
    .replace(/^```.*?^```/gms, '')
    .matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The targets of the document's broken links. */
function broken(path: string): string[] {
  const links = [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return !URL.canParse(link);
    const [file = '', anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && !anchors(target).includes(anchor);
  });
}

describe.each(documents)('%s', (path) => {
  it('has no broken links', () => {
    expect(broken(path)).toEqual([]);
  });

  it('has samples that are valid code', () => {
    for (const [, language, code = ''] of read(path).matchAll(/^```(jsx?|tsx?)\n(.*?)^```/gms)) {
      const { diagnostics = [] } = ts.transpileModule(code, {
        reportDiagnostics: true,
        fileName: `sample.${language}`,
        compilerOptions: {
          module: ts.ModuleKind.ESNext,
          target: ts.ScriptTarget.ES2022,
          jsx: ts.JsxEmit.ReactJSX,
        },
      });
      expect(
        diagnostics.map(({ messageText }) => messageText),
        code,
      ).toEqual([]);
    }
  });
});
