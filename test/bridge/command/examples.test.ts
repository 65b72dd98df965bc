/**
 * docs/examples, as far as they can be checked without the programs that they are for.
 */
import { execFile } from 'node:child_process';
import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { type Command, parseArguments } from '../../../src/bridge/command/arguments.js';
import { makeDirectory } from '../../helpers/command.js';
import { adapt, repositoryFile } from '../../helpers/documents.js';
import { find, lacking } from '../../helpers/need.js';

const DIRECTORY = 'docs/examples';
const example = (name: string) => repositoryFile(`${DIRECTORY}/${name}`);
const run = promisify(execFile);

type Options = Extract<Command, { readonly action: 'run' }>;

/** Resolves with what the command would run. */
async function wouldRun(args: readonly string[], environment = {}): Promise<Options> {
  const command = await parseArguments(args, () => {}, environment);
  if (command.action !== 'run') throw new Error(`It would not run: ${command.action}`);
  await command.close();
  return command;
}

/** The words of a Dockerfile instruction. */
function wordsOf(instruction: string): string[] {
  const text = example('Dockerfile');
  const [, list = '[]'] = new RegExp(`^${instruction} .*?(\\[.*\\])$`, 'm').exec(text) ?? [];
  return JSON.parse(list) as string[];
}

describe('Dockerfile', () => {
  test("starts a bridge to the target that follows the image's name", async () => {
    const [program, ...args] = wordsOf('ENTRYPOINT');
    expect(program).toBe('websock-bridge');
    const { sources, options, drain } = await wouldRun([...args, ...wordsOf('CMD').slice(-1)]);
    expect(sources).toEqual([{ host: '', port: 6080 }]);
    expect([options.target, drain]).toEqual([{ host: 'vnc', port: 5900 }, 30_000]);
    expect(example('Dockerfile')).toMatch(/^USER node$/m);
  });

  test('its health check says whether the bridge is healthy', async () => {
    const [, program = '', ...args] = wordsOf('HEALTHCHECK');
    expect(wordsOf('HEALTHCHECK')[0]).toBe('node');
    // Nothing listens on port 1.
    const script = args.join('').replace(':6080/', ':1/');
    await expect(run(process.execPath, [program, script])).rejects.toMatchObject({ code: 1 });
  });
});

interface Service {
  readonly build?: string;
  readonly image?: string;
  readonly environment?: Record<string, string>;
  readonly depends_on?: readonly string[];
  readonly command?: readonly string[];
}

describe('compose.yaml', () => {
  const { services } = parse(example('compose.yaml'), { merge: true }) as {
    services: Record<string, Service>;
  };

  test.each(['one', 'two'])('%s is a bridge with a route of its own', async (name) => {
    const { environment = {}, command = [] } = services[name] ?? {};
    const [, ...args] = wordsOf('ENTRYPOINT');
    // There is no Redis here.
    const settings = { ...environment, WEBSOCK_BRIDGE_TOKEN_PLUGIN: 'TokenFile' };
    const { options, metrics } = await wouldRun([...args, ...command], {
      ...settings,
      WEBSOCK_BRIDGE_TOKEN_SOURCE: makeDirectory(),
    });
    expect(options).toMatchObject({ flowRoute: name, trustProxies: ['172.16.0.0/12'] });
    expect(metrics).toEqual({ host: '', port: 9090 });
    expect(environment['WEBSOCK_BRIDGE_TOKEN_SOURCE']).toBe('redis:6379');
    expect(example('haproxy.cfg')).toContain(`server ${name} ${name}:6080 check`);
    expect(example('haproxy.cfg')).toContain(`use-server ${name} if { urlp(flow-route) ${name} }`);
  });

  test('each service has an image, and depends on others that are there', () => {
    for (const { image, build, depends_on: others = [] } of Object.values(services)) {
      expect(image ?? build).toBeDefined();
      for (const other of others) expect(services).toHaveProperty(other);
    }
  });
});

const noHaproxy = lacking('haproxy');
test.skipIf(noHaproxy)(`haproxy.cfg is valid${noHaproxy ? ` (${noHaproxy})` : ''}`, async () => {
  const file = join(makeDirectory(), 'haproxy.cfg');
  // The host names are those of containers, which do not exist here.
  const hosts = { ' one:6080': ' 127.0.0.1:6080', ' two:6080': ' 127.0.0.1:6081' };
  writeFileSync(file, adapt(example('haproxy.cfg'), hosts));
  await run(find('haproxy') ?? '', ['-c', '-f', file]);
});

test('bridge.toml has options, and a source comes from systemd', async () => {
  const args = ['--config', `${DIRECTORY}/bridge.toml`];
  const { options, workers } = await wouldRun([...args, '--listen', '0']);
  expect(options).toMatchObject({ target: { host: 'localhost', port: 5900 } });
  expect(workers).toBeGreaterThan(0);
  await expect(wouldRun(args)).rejects.toThrow('expected a source');
});

const noSystemd = lacking('systemd-analyze');
test.skipIf(noSystemd)(`the units are valid${noSystemd ? ` (${noSystemd})` : ''}`, async () => {
  const directory = makeDirectory();
  const units = readdirSync(DIRECTORY).filter((name) => /\.(service|socket)$/.test(name));
  expect(units).toHaveLength(2);
  for (const name of units) cpSync(join(DIRECTORY, name), join(directory, name));
  // The program that the unit starts has to exist.
  const program = { '/usr/bin/websock-bridge': process.execPath };
  const service = adapt(example('websock-bridge.service'), program);
  writeFileSync(join(directory, 'websock-bridge.service'), service);
  const paths = units.map((name) => join(directory, name));
  const { stdout, stderr } = await run('systemd-analyze', ['verify', ...paths]);
  expect(stdout + stderr).toBe('');
});

interface Named {
  readonly name: string;
}

interface Container {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly ports: readonly (Named & { readonly containerPort: number })[];
  readonly readinessProbe: { readonly httpGet: object };
  readonly livenessProbe: { readonly httpGet: object };
  readonly securityContext: object;
  readonly volumeMounts: readonly Named[];
}

/** The parts of the manifests that the tests read. */
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Named;
  readonly data: { readonly tokens: string };
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: {
      readonly metadata: { readonly labels: object };
      readonly spec: {
        readonly terminationGracePeriodSeconds: number;
        readonly securityContext: object;
        readonly containers: readonly Container[];
        readonly volumes: readonly (Named & { readonly configMap?: Named })[];
      };
    };
  };
}

describe('kubernetes.yaml', () => {
  const objects = parseAllDocuments(example('kubernetes.yaml')).map((each) => {
    expect(each.errors).toEqual([]);
    return each.toJS() as Manifest;
  });
  const named = (kind: string) => objects.find((each) => each.kind === kind)!;
  const pod = named('Deployment').spec.template;
  const container = pod.spec.containers[0]!;

  test('starts bridges that listen, are scraped and probed', async () => {
    const [program, ...args] = [...container.command, ...container.args];
    expect(program).toBe('websock-bridge');
    const directory = makeDirectory();
    const words = args.map((word) => word.replace('/etc/websock-bridge/tokens', directory));
    const { sources, metrics, drain, lameDuck } = await wouldRun(words);
    const ports = new Map(container.ports.map((each) => [each.name, each.containerPort]));
    expect(sources).toEqual([{ host: '', port: ports.get('web') }]);
    expect(metrics).toEqual({ host: '', port: ports.get('metrics') });
    expect(pod.spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(drain + lameDuck);
    expect(container.readinessProbe.httpGet).toEqual({ path: '/readyz', port: 'web' });
    expect(container.livenessProbe.httpGet).toEqual({ path: '/healthz', port: 'web' });
  });

  test('its parts find each other', () => {
    const { spec } = named('Deployment');
    expect(pod.metadata.labels).toMatchObject(spec.selector.matchLabels);
    expect(pod.metadata.labels).toMatchObject(named('Service').spec.selector);
    const volumes = pod.spec.volumes.map(({ name }) => name);
    expect(container.volumeMounts.map(({ name }) => name)).toEqual(volumes);
    const [tokens] = pod.spec.volumes;
    expect(named('ConfigMap').metadata.name).toBe(tokens?.configMap?.name);
    // A line in it is a token in TokenFile's format.
    expect(named('ConfigMap').data.tokens).toMatch(/^desk: \S+:\d+$/m);
    for (const { apiVersion, kind, metadata } of objects) {
      expect(`${apiVersion} ${kind}`).toMatch(/^(v1 (ConfigMap|Service)|apps\/v1 Deployment)$/);
      expect(metadata.name).toMatch(/^[a-z][a-z-]+$/);
    }
  });

  test('no root, and nothing to write', () => {
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true });
    expect(container.securityContext).toMatchObject({
      readOnlyRootFilesystem: true,
      allowPrivilegeEscalation: false,
    });
  });
});
