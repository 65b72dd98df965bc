/**
 * The packed tarball as its users get it: built by their bundlers and run in Chromium, imported and required by Node,
 * compiled by their TypeScript. The programs that run read a telnet server's banner through the bridge.
 */
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, type Page, test } from '@playwright/test';
import ts from 'typescript';
import { BANNER, dir, ENVIRONMENT, installed, packed, sampleOf, url } from './project.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Runs one of the project's commands; resolves with its standard output. */
async function run(command: string, ...args: string[]): Promise<string> {
  const running = promisify(execFile)(command, args, { cwd: dir, env: ENVIRONMENT });
  return (await running.catch((error) => Promise.reject(new Error(error.stdout + error.stderr))))
    .stdout;
}

/** Writes a page that only loads a script. */
async function writePage(name: string, script: string): Promise<void> {
  await mkdir(join(dir, name), { recursive: true });
  const html = `<!doctype html><title>${name}</title><body><div id="root"></div>${script}</body>`;
  await writeFile(join(dir, name, 'index.html'), html);
}

/** Opens a page of the site; it must show the banner. */
async function expectBanner(page: Page, name: string): Promise<void> {
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.goto(`${url}${name}/`);
  await expect(page.locator('body')).toContainText(BANNER);
  expect(errors).toEqual([]);
}

/** Each tool's arguments to build `main.js` from an entry into a directory. */
const bundlers = {
  webpack: (entry: string, out: string) => ['-o', out, '--mode', 'production', `./${entry}`],
  rspack: (entry: string, out: string) => ['-o', out, '-m', 'production', '--entry', `./${entry}`],
  bun: (entry: string, out: string) => ['build', '--minify', '--outdir', out, entry],
  rollup: (entry: string, out: string) => [entry, '--dir', out, '--plugin', 'node-resolve'],
  esbuild: (entry: string, out: string) => [
    entry,
    '--bundle',
    '--minify',
    '--format=esm',
    `--outfile=${out}/main.js`,
  ],
};

/** The scripts to build, and the tools that build them. */
const bundles: [tool: keyof typeof bundlers, entry: string][] = [
  ['webpack', 'page/main.js'],
  ['webpack', 'worker/main.js'],
  ['webpack', 'commonjs/main.cjs'],
  ['rspack', 'page/main.js'],
  ['rspack', 'worker/main.js'],
  ['rspack', 'commonjs/main.cjs'],
  ['bun', 'page/main.js'],
  ['bun', 'commonjs/main.cjs'],
  ['rollup', 'page/main.js'],
  ['esbuild', 'page/main.js'],
  ['esbuild', 'commonjs/main.cjs'],
];

for (const [tool, entry] of bundles) {
  test(`${tool}: ${entry}`, async ({ page }) => {
    const name = `${tool}-${entry.split('/')[0]}`;
    await writePage(`site/${name}`, '<script type="module" src="main.js"></script>');
    await run(tool, ...bundlers[tool](entry, `site/${name}`));
    await expectBanner(page, name);
  });
}

/** The FAQ's samples for frameworks, and the files that they become: a page's entry, or a component. */
const samples: Record<string, string> = {
  react: 'react/main.tsx',
  vue: 'vue/Banner.vue',
  svelte: 'svelte/Banner.svelte',
};

/** Vite builds a whole page. */
for (const entry of [
  'page/main.js',
  'worker/main.js',
  'react/main.tsx',
  'vue/main.js',
  'svelte/main.js',
]) {
  test(`vite: ${entry}`, async ({ page }) => {
    const [name = '', script = ''] = entry.split('/');
    await writePage(name, `<script type="module" src="./${script}"></script>`);
    const sample = samples[name];
    if (sample) await writeFile(join(dir, sample), sampleOf('faq.md', extname(sample).slice(1)));
    const out = `../site/vite-${name}`;
    await run('vite', 'build', name, '--base', './', '--outDir', out, '--logLevel', 'error');
    await expectBanner(page, `vite-${name}`);
  });
}

/** Parcel builds a whole page too. */
for (const entry of ['page/main.js', 'worker/main.js', 'commonjs/main.cjs']) {
  test(`parcel: ${entry}`, async ({ page }) => {
    const name = `parcel-${entry.split('/')[0]}`;
    await writePage(name, `<script type="module" src="../${entry}"></script>`);
    const options = ['--dist-dir', `site/${name}`, '--public-url', './', '--no-cache'];
    await run('parcel', 'build', `${name}/index.html`, ...options);
    await expectBanner(page, name);
  });
}

test('a script tag with its hash', async ({ page }) => {
  const file = 'websock.min.js';
  const name = 'script-tag';
  const sums = await promisify(execFile)(process.execPath, ['.ci/sri.mjs'], { cwd: ROOT });
  const hash = sums.stdout
    .split('\n')
    .find((line) => line.includes(file))!
    .split(' ')[1];
  const script = await readFile(join(dir, 'page/classic.js'), 'utf8');
  const tag = `<script src="${file}" integrity="${hash}" crossorigin="anonymous"></script>`;
  await writePage(`site/${name}`, `${tag}<script>${script}</script>`);
  await copyFile(
    join(dir, 'node_modules/websock-client/dist', file),
    join(dir, 'site', name, file),
  );
  await expectBanner(page, name);
});

for (const file of ['main.js', 'main.cjs']) {
  test(`node: ${file}`, async () => {
    expect(await run('node', `node/${file}`, url)).toContain(BANNER);
  });
}

test('deno: main.ts', async () => {
  const args = ['run', '--check', '--allow-net=127.0.0.1', '--node-modules-dir=manual'];
  expect(await run('deno', ...args, 'deno/main.ts', url)).toContain(BANNER);
});

/** Writes samples of docs/testing.md for test runners whose environments have their own window. */
async function writeTests(tool: string, files: Record<string, string>): Promise<void> {
  await mkdir(join(dir, tool), { recursive: true });
  for (const [name, code] of Object.entries(files)) {
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { target: ts.ScriptTarget.ES2022 },
    });
    await writeFile(join(dir, tool, name), outputText);
  }
}

const client = sampleOf('testing.md', 'ts', '// client');
const clientTest = sampleOf('testing.md', 'ts', '// vitest');

test('vitest and happy-dom: a client’s tests', async () => {
  await writeTests('vitest', { 'client.js': client, 'client.test.js': clientTest });
  await run('vitest', 'run', '--root', 'vitest', '--environment', 'happy-dom');
});

test('jest and jsdom: a client’s tests', async () => {
  await writeTests('jest', {
    'client.js': client,
    // The names imported from Vitest are globals in Jest.
    'client.test.js': clientTest.replace(/^import .* from 'vitest';\n/m, ''),
    'setup.js': sampleOf('testing.md', 'ts', '// jest-setup'),
  });
  const jest = [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    '--config',
    join(dir, 'jest/jest.config.json'),
  ];
  await run('node', ...jest);
});

test('the FAQ’s samples for frameworks compile', async () => {
  const script = (language: string): string =>
    /<script[^>]*>\n(.*?)<\/script>/s.exec(sampleOf('faq.md', language))![1]!;
  await mkdir(join(dir, 'types/frameworks'));
  const write = async (name: string, code: string): Promise<void> =>
    writeFile(join(dir, 'types/frameworks', name), code);
  await write('react.tsx', sampleOf('faq.md', 'tsx'));
  await write('vue.ts', `import { defineProps } from 'vue';\n${script('vue')}`);
  await write('svelte.ts', `import 'svelte';\n${script('svelte')}`);
  await run('node', 'node_modules/typescript-6/bin/tsc', '-p', 'types/frameworks.json');
});

/** As in frameworks that render on a server: the page's modules, bundled or not, run without a window. */
test('an import on a server, not bundled', async () => {
  expect(await run('node', 'server.js')).toBe('undefined function unused\n');
});

test('an import on a server, bundled by webpack', async () => {
  await run('webpack', './server.js', '-o', 'out', '--mode', 'production', '--target', 'node');
  expect(await run('node', 'out/main.js')).toBe('undefined function unused\n');
});

test('an import on a server, bundled by Vite', async () => {
  await run('vite', 'build', '--ssr', 'server.js', '--outDir', 'ssr', '--logLevel', 'error');
  expect(await run('node', 'ssr/server.js')).toBe('undefined function unused\n');
});

test('an import on a server by Next, and then in its page', async ({ page }) => {
  test.setTimeout(120_000);
  await run('next', 'build', 'next');
  await cp(join(dir, 'next/out'), join(dir, 'site/next'), { recursive: true });
  expect(await readFile(join(dir, 'site/next/index.html'), 'utf8')).toContain('<pre>unused</pre>');
  await expectBanner(page, 'next');
});

for (const version of ['5.7', '6', '7']) {
  for (const project of ['nodenext', 'bundler']) {
    test(`TypeScript ${version}, ${project}`, async () => {
      await run(
        'node',
        `node_modules/typescript-${version}/bin/tsc`,
        '-p',
        `types/${project}.json`,
      );
    });
  }
}

for (const version of ['5.7', '6', '7']) {
  test(`TypeScript ${version} lists the events when one is mistyped`, async () => {
    const tsc = `node_modules/typescript-${version}/bin/tsc`;
    const failing = run('node', tsc, '-p', 'types/typo.json');
    await expect(failing).rejects.toThrow(/'"mesage"' is not assignable to .*"message"/);
  });
}

test('every entry can be imported and required', async () => {
  const manifest = await readFile(join(dir, 'node_modules/websock-client/package.json'), 'utf8');
  const { exports } = JSON.parse(manifest) as { exports: Record<string, { import?: object }> };
  const entries = Object.keys(exports).filter((path) => exports[path]?.import);
  expect(entries.length).toBeGreaterThan(2);
  const names = entries.map((path) => JSON.stringify(`websock-client${path.slice(1)}`));
  const imports = names.map((name) => `await import(${name});`).join('');
  await run('node', '--input-type=module', '--eval', imports);
  const requires = names.map((name) => `require(${name});`).join('');
  await run('node', '--input-type=commonjs', '--eval', requires);
});

test('installs mitt and nothing else', () => {
  const names = installed.map((path) => path.replace(/.*node_modules./, ''));
  expect(names.toSorted()).toEqual(['mitt', 'websock-client']);
});

for (const [plugin, peer] of [
  ['JWTTokenApi', 'jose'],
  ['TokenRedis', 'redis'],
]) {
  test(`without ${peer} the bridge says what to install`, async () => {
    const args = ['websock-bridge', '0', '--token-plugin', plugin, '--token-source', 'x'];
    const failed = await promisify(execFile)('npx', args, { cwd: dir }).catch((error) => error);
    expect(failed.code).toBe(2);
    expect(failed.stderr).toContain(`npm install ${peer}`);
  });
}

test('contains the built files, and their source maps embed the sources', async () => {
  const paths = packed.files.map(({ path }) => path);
  const wanted =
    /^(dist\/[^/]+|dist\/modules\/.+|dist\/wstelnet\/[^/]+|types\/websock-global\.d\.ts|[A-Z]+(\.md)?|package\.json)$/;
  expect(paths.filter((path) => !wanted.test(path))).toEqual([]);
  for (const path of paths.filter((name) => name.endsWith('.map'))) {
    const map = JSON.parse(await readFile(join(dir, 'node_modules/websock-client', path), 'utf8'));
    expect(map.sourcesContent, path).toHaveLength(map.sources.length);
  }
});

test('contains the telnet page, which connects', async ({ page }) => {
  await cp(join(dir, 'node_modules/websock-client/dist/wstelnet'), join(dir, 'site/wstelnet'), {
    recursive: true,
  });
  await page.goto(`${url}wstelnet/?autoconnect=1&path=/`);
  await expect(page.locator('body')).toContainText(BANNER);
});
