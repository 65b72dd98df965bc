// The SRI hashes of the script-tag files: prints them, writes them into the documents that show a script tag with a
// version (`--write`), or checks those documents (`--check`). `--help` says when the hashes must match.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

const HELP = `usage: node .ci/sri.mjs [--write | --check]

Prints the SRI hash of each script-tag file in dist/.
  --write  puts the version and the hash into README.md and demo/cdn/index.html
  --check  fails when these name another version or hash

A version on a CDN never changes. So once CHANGELOG.md has a section for the version in package.json and
something new above it, the documents keep the hash that was published, and only the version is checked.
`;

const root = new URL('..', import.meta.url);
const documents = ['README.md', 'demo/cdn/index.html'];
const read = (path) => readFileSync(new URL(path, root), 'utf8');

/** A CDN's URL of one of our files, and the hash beside it. */
const TAG = /(websock-client@)([^/"]+)(\/dist\/)([\w.-]+)("\s+integrity=")([^"]*)/g;

/** The hash of a file in dist/, in the format of the attribute `integrity`. */
function integrity(file) {
  const bytes = readFileSync(new URL(`dist/${file}`, root));
  return `sha384-${createHash('sha384').update(bytes).digest('base64')}`;
}

/** Whether this version was published, and the built files may differ from the published ones. */
function isPublished(version) {
  const [, first = '', ...sections] = read('CHANGELOG.md').split(/^## /m);
  const isNew = first.startsWith('Unreleased') && /^- /m.test(first);
  return isNew && sections.some((section) => section.startsWith(version));
}

function write(version) {
  for (const path of documents) {
    const fill = (_, name, _version, dist, file, attribute) =>
      name + version + dist + file + attribute + integrity(file);
    writeFileSync(new URL(path, root), read(path).replace(TAG, fill));
  }
}

/** What is wrong with the documents. */
function complaints(version) {
  return documents.flatMap((path) => {
    const tags = [...read(path).matchAll(TAG)];
    if (tags.length === 0) return [`${path} has no script tag with a version and a hash`];
    return tags.flatMap(([, , named, , file, , hash]) => {
      if (named !== version) return [`${path} names ${file} of ${named}, not of ${version}`];
      if (isPublished(version) || hash === integrity(file)) return [];
      return [`${path} has a hash for ${file} that does not match the build`];
    });
  });
}

const { version } = JSON.parse(read('package.json'));
const [option] = process.argv.slice(2);
if (option === '--help') {
  process.stdout.write(HELP);
} else if (option === '--write') {
  if (isPublished(version)) {
    console.error(`Cannot write a hash: ${version} is published. Set the next version first.`);
    process.exitCode = 1;
  } else {
    write(version);
  }
} else if (option === '--check') {
  const wrong = complaints(version);
  for (const line of wrong) console.error(`${line}: run \`npm run build && npm run sri\``);
  if (wrong.length > 0) process.exitCode = 1;
} else if (option === undefined) {
  const files = readdirSync(new URL('dist', root)).filter((name) => name.endsWith('.min.js'));
  for (const file of files) console.log(`dist/${file} ${integrity(file)}`);
} else {
  console.error(`Cannot use ${option}: see --help`);
  process.exitCode = 2;
}
