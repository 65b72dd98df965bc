/**
 * The exports of the package's entries: every class, function, public method and option has a doc comment, and its name appears
 * in a document and in a test. So each new one must come with all three.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const ENTRIES = [
  'index',
  'core',
  'compat/index',
  'reconnect',
  'testing/index',
  'telnet/index',
  'flow/index',
  'inspect/index',
  'diagnose/index',
  'bridge/index',
];

const entries = ENTRIES.map((name) => `${root}src/${name}.ts`);
const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
const program = ts.createProgram(entries, options);
const checker = program.getTypeChecker();

const isHidden = (declaration: ts.Declaration): boolean =>
  (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.NonPublicAccessibilityModifier) > 0;

/** The public methods and accessors of a class, or the options in an options interface; only those that we have named. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  const isOptions = symbol.name.endsWith('Options');
  if (!isOptions && !(symbol.flags & ts.SymbolFlags.Class)) return [];
  const members = [...(symbol.exports?.values() ?? []), ...(symbol.members?.values() ?? [])];
  return members.filter(({ name, flags, declarations = [] }) => {
    const isOne = isOptions || flags & (ts.SymbolFlags.Method | ts.SymbolFlags.Accessor);
    // An error's `name` comes from JavaScript, and a fake's members from the platform class that it stands in for.
    const isOthers = name === 'name' || (symbol.name.startsWith('Fake') && isPlatforms(name));
    return isOne && /^[a-z]\w*$/i.test(name) && !isOthers && !declarations.some(isHidden);
  });
}

const isPlatforms = (name: string): boolean =>
  ['WebSocket', 'RTCDataChannel'].some((type) => {
    const found = checker.resolveName(type, undefined, ts.SymbolFlags.Type, false)!;
    return !!checker.getPropertyOfType(checker.getDeclaredTypeOfSymbol(found), name);
  });

const moduleOf = (entry: string): ts.Symbol =>
  checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;

/** Every checked symbol, by a name such as `Websock.read`. */
const named = new Map<string, ts.Symbol>();
for (const entry of entries) {
  for (const exported of checker.getExportsOfModule(moduleOf(entry))) {
    const isAlias = exported.flags & ts.SymbolFlags.Alias;
    const symbol = isAlias ? checker.getAliasedSymbol(exported) : exported;
    if (symbol.flags & (ts.SymbolFlags.Class | ts.SymbolFlags.Function))
      named.set(symbol.name, symbol);
    for (const member of membersOf(symbol)) named.set(`${symbol.name}.${member.name}`, member);
  }
}

const without = (has: (symbol: ts.Symbol) => boolean): string[] =>
  [...named].filter(([, symbol]) => !has(symbol)).map(([name]) => name);

/** All words in the files of a folder whose paths match the pattern. */
function wordsOf(folder: string, pattern: RegExp): Set<string> {
  const paths = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' });
  const texts = paths
    .filter((path) => pattern.test(path))
    .map((path) => readFileSync(`${root}${folder}/${path}`, 'utf8'));
  return new Set(texts.join('\n').match(/\w+/g));
}

it('finds more than 150 exported names', () => expect(named.size).toBeGreaterThan(150));

it('every exported name has a doc comment', () => {
  const isDescribed = (symbol: ts.Symbol): boolean =>
    symbol.getDocumentationComment(checker).length + symbol.getJsDocTags(checker).length > 0;
  expect(without(isDescribed)).toEqual([]);
});

it('every exported name appears in a document', () => {
  const words = wordsOf('docs', /^[^/]+\.md$/);
  expect(without(({ name }) => words.has(name))).toEqual([]);
});

it('every exported name appears in a test', () => {
  const words = wordsOf('test', /\.ts$/);
  expect(without(({ name }) => words.has(name))).toEqual([]);
});

it('every option may be undefined, even under exactOptionalPropertyTypes', () => {
  const takesUndefined = ({ declarations: [declaration] = [] }: ts.Symbol): boolean => {
    const { type } = declaration as ts.PropertySignature;
    const declared = type && checker.getTypeFromTypeNode(type);
    return !!declared?.isUnion() && declared.types.some(isUndefined);
  };
  const isUndefined = ({ flags }: ts.Type): boolean => (flags & ts.TypeFlags.Undefined) > 0;
  const isOptional = ({ flags }: ts.Symbol): boolean => (flags & ts.SymbolFlags.Optional) > 0;
  const optional = entries
    .flatMap((entry) => checker.getExportsOfModule(moduleOf(entry)))
    .filter(({ name }) => /(?:Options|Settings|Rules|Handler)$/.test(name))
    .flatMap((type) => {
      const members = checker.getDeclaredTypeOfSymbol(type).getProperties();
      return members.filter(isOptional).map((option) => [`${type.name}.${option.name}`, option]);
    }) as [string, ts.Symbol][];
  expect(optional.length).toBeGreaterThan(100);
  const refusing = optional.filter(([, option]) => !takesUndefined(option)).map(([name]) => name);
  expect(refusing).toEqual([]);
});
