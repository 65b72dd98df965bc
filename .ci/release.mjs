// Checks whether this tree can be released: the version, the links, the changelog, the hashes, the tarball and the
// tag. It changes nothing and publishes nothing: pushing the tag publishes.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `usage: node .ci/release.mjs [--tag vX.Y.Z]

Checks, after a build, that this tree can be released as the version in package.json:
  version    is X.Y.Z, and package-lock.json has it too
  links      package.json names its repository, where this runs, its homepage and its bugs
  changelog  its first section is that version with a date, and Unreleased is gone or empty
  hashes     README.md and demo/cdn name that version and the hashes of the built files
  tarball    holds every file that package.json names, and no sources or tests
  tag        vX.Y.Z is this commit, with --tag; without, there is no such tag yet and nothing is uncommitted

Then: git tag -a vX.Y.Z && git push origin vX.Y.Z
`;

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

const manifest = JSON.parse(read('package.json'));
const { version } = manifest;

/** The checks by name; each returns what is wrong. */
const checks = {
  version() {
    if (!/^\d+\.\d+\.\d+$/.test(version)) return [`${version} is not X.Y.Z`];
    const locked = JSON.parse(read('package-lock.json')).version;
    return locked === version ? [] : [`package-lock.json has ${locked}: run npm install`];
  },
  links() {
    const { GITHUB_REPOSITORY: here = '' } = process.env;
    const missing = ['repository', 'homepage', 'bugs'].filter((name) => !manifest[name]);
    const { url = manifest.repository ?? '' } = manifest.repository ?? {};
    const isElsewhere = url !== '' && !url.replace(/\.git$/, '').endsWith(here);
    return [
      // Without `repository`, `npm publish --provenance` fails with E422.
      ...missing.map((name) => `package.json lacks ${name}`),
      ...(isElsewhere ? [`repository is ${url}, but this is ${here}`] : []),
    ];
  },
  changelog() {
    const [, ...sections] = read('CHANGELOG.md').split(/^## /m);
    const first = sections.find((text) => !/^Unreleased\s*$/.test(text)) ?? '';
    const heading = first.split('\n')[0];
    const expected = new RegExp(
      `^\\[?${version.replaceAll('.', '\\.')}\\]? - \\d{4}-\\d{2}-\\d{2}$`,
    );
    if (!expected.test(heading)) return [`begins with "${heading}", not "${version} - YYYY-MM-DD"`];
    return /^- /m.test(first) ? [] : [`says nothing about ${version}`];
  },
  hashes() {
    return attempt(() => run('node', '.ci/sri.mjs', '--check'));
  },
  tarball() {
    const [{ files }] = JSON.parse(run('npm', 'pack', '--dry-run', '--json', '--ignore-scripts'));
    const paths = new Set(files.map(({ path }) => path));
    const missing = named(manifest).filter((path) => !paths.has(path));
    const unwanted = [...paths].filter((path) => /^(src|test|demo|docs|\.)/.test(path));
    return [...missing.map((path) => `lacks ${path}`), ...unwanted.map((path) => `holds ${path}`)];
  },
  tag() {
    const { tag } = options;
    if (tag === undefined) {
      const wrong = run('git', 'tag', '--list', `v${version}`) ? [`v${version} is taken`] : [];
      return run('git', 'status', '--porcelain')
        ? [...wrong, 'there are uncommitted changes']
        : wrong;
    }
    if (tag !== `v${version}`) return [`${tag} is not v${version}`];
    return attempt(() => run('git', 'describe', '--tags', '--exact-match', '--match', tag, 'HEAD'));
  },
};

/** The files that package.json names in its entries. */
function named({ main, module, types, unpkg, jsdelivr, bin, exports }) {
  const leaves = (value) =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(leaves);
  const paths = leaves([main, module, types, unpkg, jsdelivr, bin, exports]);
  return [...new Set(paths.map((path) => path.replace(/^\.\//, '')))];
}

/** Runs a command, and returns the lines of its complaint if it fails. */
function attempt(command) {
  try {
    command();
    return [];
  } catch (error) {
    return error.stderr.trim().split('\n');
  }
}

const { values: options } = parseArgs({
  options: { tag: { type: 'string' }, help: { type: 'boolean' } },
});

if (options.help) {
  process.stdout.write(HELP);
} else if (!existsSync(new URL('../dist', import.meta.url))) {
  console.error('Cannot check a release that is not built: run `npm run build`');
  process.exitCode = 1;
} else {
  for (const [name, check] of Object.entries(checks)) {
    const wrong = check();
    console.log(`${name}: ${wrong.length === 0 ? 'ok' : wrong.join('; ')}`);
    if (wrong.length > 0) process.exitCode = 1;
  }
}
