/**
 * The proxies of docs/proxies.md, with the configurations given there except for ports and files.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { BridgeOptions } from '../../src/bridge/index.js';
import { adapt, blockOf, readDocument } from './documents.js';
import { type HousedServer, nginxArguments, nginxAround, startServer } from './servers.js';

/** What a proxy is started with. */
export interface ProxySetting {
  /** The port of the bridge, or of whatever else is behind the proxy. */
  readonly target: number;
  readonly cert: string;
  readonly key: string;
}

/** A proxy, and how the tests run it. */
export interface ProxyRow {
  readonly program: string;
  /** How clients reach it: without TLS, over TLS, over TLS with HTTP/2, or as a forward proxy, over HTTP/1.1 or HTTP/2. */
  readonly front: 'plain' | 'tls' | 'h2' | 'forward' | 'forward-h2';
  /** The options of the bridge behind it; with `tls`, the bridge has the certificate. */
  readonly bridge: Partial<Omit<BridgeOptions, 'tls'>> & { readonly tls?: boolean };
  readonly start: (setting: ProxySetting) => Promise<HousedServer>;
}

/** The code block of docs/proxies.md whose first line is the comment `# title`. */
export function configurationOf(title: string): string {
  const blocks = [...readDocument('proxies.md').matchAll(/```\w+\n# (.*)\n([^]*?)```/g)];
  const [block, ...more] = blocks.filter(([, name]) => name === title);
  if (!block?.[2] || more.length > 0)
    throw new Error(`docs/proxies.md does not have exactly one configuration "${title}"`);
  return block[2];
}

type Fill = (
  setting: ProxySetting & { readonly port: number; readonly dir: string },
) => Readonly<Record<string, string>>;

/** How to start a program: a configuration, with ports and files set by `fill` and text put `around` it, and arguments. */
const make =
  (
    program: string,
    configuration: string,
    fill: Fill,
    args: (file: string, dir: string) => string[],
    around: (text: string, dir: string) => string = (text) => text,
  ): ProxyRow['start'] =>
  (setting) =>
    startServer(
      program,
      (port, dir) => {
        const both = join(dir, 'both.pem');
        writeFileSync(both, readFileSync(setting.cert, 'utf8') + readFileSync(setting.key, 'utf8'));
        return around(adapt(configuration, fill({ ...setting, port, dir })), dir);
      },
      args,
    );

const BEHIND_PROXY = { proxyProtocol: true, trustProxies: ['127.0.0.1'] };

const haproxy = (to: 'h1' | 'h2'): ProxyRow => ({
  program: 'haproxy',
  front: 'h2',
  bridge: { http2: to === 'h2' },
  start: make(
    'haproxy',
    configurationOf('HAProxy, HTTP/1.1 to the bridge'),
    ({ port, target, dir }) => ({
      'bind :443': `bind 127.0.0.1:${port}`,
      '/etc/ssl/vnc.both': `${dir}/both.pem`,
      'one 127.0.0.1:6080': `one 127.0.0.1:${target}${to === 'h2' ? ' proto h2' : ''}`,
    }),
    (file) => ['-db', '-f', file],
  ),
});

const nghttpx = (to: 'h1' | 'h2'): ProxyRow => ({
  program: 'nghttpx',
  front: 'h2',
  bridge: { http2: to === 'h2' },
  start: make(
    'nghttpx',
    configurationOf('nghttpx'),
    ({ port, target, cert, key }) => ({
      '*,443': `127.0.0.1,${port}`,
      '127.0.0.1,6080': `127.0.0.1,${target}${to === 'h2' ? ';;proto=h2' : ''}`,
      '/etc/ssl/vnc.key': key,
      '/etc/ssl/vnc.pem': cert,
    }),
    (file) => [`--conf=${file}`, '--workers=1'],
  ),
});

const APACHE_MODULES = ['mpm_event', 'authz_core', 'ssl', 'http2', 'proxy', 'proxy_http'];

const apache: ProxyRow = {
  program: 'apache2',
  front: 'h2',
  bridge: {},
  start: make(
    'apache2',
    configurationOf('Apache'),
    ({ port, target, cert, key }) => ({
      'Listen 443': `Listen 127.0.0.1:${port}`,
      '*:443': `*:${port}`,
      '/etc/ssl/vnc.pem': cert,
      '/etc/ssl/vnc.key': key,
      '127.0.0.1:6080': `127.0.0.1:${target}`,
    }),
    (file, dir) => ['-X', '-f', file, '-d', dir],
    (text, dir) => `
      ${APACHE_MODULES.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
      ServerName vnc.example
      DefaultRuntimeDir ${dir}
      PidFile ${dir}/pid
      ErrorLog ${dir}/error.log
      ${process.getuid?.() === 0 ? 'User www-data\nGroup www-data' : ''}
      ${text}`,
  ),
};

const haproxyTcp: ProxyRow = {
  program: 'haproxy',
  front: 'tls',
  bridge: { ...BEHIND_PROXY, tls: true },
  start: make(
    'haproxy',
    configurationOf('HAProxy, TCP'),
    ({ port, target }) => ({
      'bind :443': `bind 127.0.0.1:${port}`,
      '127.0.0.1:6080': `127.0.0.1:${target}`,
    }),
    (file) => ['-db', '-f', file],
  ),
};

const nginxStream: ProxyRow = {
  program: 'nginx',
  front: 'tls',
  bridge: { ...BEHIND_PROXY, tls: true },
  start: make(
    'nginx',
    configurationOf('nginx, stream'),
    ({ port, target }) => ({
      'listen 443': `listen 127.0.0.1:${port}`,
      '127.0.0.1:6080': `127.0.0.1:${target}`,
    }),
    nginxArguments,
    (text, dir) => `
      load_module /usr/lib/nginx/modules/ngx_stream_module.so;
      daemon off;
      master_process off;
      pid ${dir}/pid;
      error_log ${dir}/error.log;
      events {}
      ${text}`,
  ),
};

const nginx: ProxyRow = {
  program: 'nginx',
  front: 'tls',
  bridge: {},
  start: make(
    'nginx',
    blockOf('bridge.md', 'nginx'),
    ({ port, target, cert, key }) => ({
      'listen 443': `listen 127.0.0.1:${port}`,
      '/etc/ssl/vnc.pem': cert,
      '/etc/ssl/vnc.key': key,
      '/websockify': '/',
      '127.0.0.1:6080': `127.0.0.1:${target}`,
    }),
    nginxArguments,
    nginxAround,
  ),
};

const caddy: ProxyRow = {
  program: 'caddy',
  front: 'tls',
  bridge: {},
  start: make(
    'caddy',
    blockOf('bridge.md', 'caddyfile'),
    ({ port, target, cert, key }) => ({
      'vnc.example {': `:${port} {\n tls ${cert} ${key}`,
      '/websockify*': '',
      '127.0.0.1:6080': `127.0.0.1:${target}`,
    }),
    (file) => ['run', '--adapter', 'caddyfile', '--config', file],
    (text) => `{\n admin off\n auto_https disable_redirects\n default_bind 127.0.0.1\n}\n${text}`,
  ),
};

const lighttpd: ProxyRow = {
  program: 'lighttpd',
  front: 'plain',
  bridge: {},
  start: make(
    'lighttpd',
    configurationOf('lighttpd'),
    ({ port, target }) => ({
      'server.port = 80': `server.port = ${port}\nserver.bind = "127.0.0.1"`,
      6080: String(target),
    }),
    (file) => ['-D', '-f', file],
    (text, dir) => `server.document-root = "${dir}"\n${text}`,
  ),
};

const varnish: ProxyRow = {
  program: 'varnishd',
  front: 'plain',
  bridge: {},
  // Varnish takes its port as an argument, not from its configuration.
  start: (setting) =>
    startServer(
      'varnishd',
      (port, dir) => {
        writeFileSync(join(dir, 'port'), String(port));
        return `${adapt(configurationOf('Varnish'), { 6080: String(setting.target) })}`;
      },
      (file, dir) => {
        const port = readFileSync(join(dir, 'port'), 'utf8');
        const own = join(dir, 'work');
        mkdirSync(own);
        return [
          '-F',
          '-j',
          'none',
          '-a',
          `127.0.0.1:${port}`,
          '-f',
          file,
          '-n',
          own,
          '-s',
          'malloc,8m',
        ];
      },
    ),
};

const hitch: ProxyRow = {
  program: 'hitch',
  front: 'tls',
  bridge: BEHIND_PROXY,
  start: make(
    'hitch',
    configurationOf('hitch'),
    ({ port, target, dir }) => ({
      '[*]:443': `[127.0.0.1]:${port}`,
      '6080': String(target),
      '/etc/ssl/vnc.both': `${dir}/both.pem`,
    }),
    (file) => [`--config=${file}`, ...(process.getuid?.() === 0 ? ['--user=nobody'] : [])],
  ),
};

const stunnel: ProxyRow = {
  program: 'stunnel4',
  front: 'tls',
  bridge: BEHIND_PROXY,
  start: make(
    'stunnel4',
    configurationOf('stunnel'),
    ({ port, target, cert, key }) => ({
      'accept = 443': `accept = 127.0.0.1:${port}`,
      '127.0.0.1:6080': `127.0.0.1:${target}`,
      '/etc/ssl/vnc.pem': cert,
      '/etc/ssl/vnc.key': key,
    }),
    (file) => [file],
    (text, dir) => `foreground = yes\npid = ${dir}/pid\noutput = ${dir}/log\n${text}`,
  ),
};

const sslh: ProxyRow = {
  program: 'sslh',
  front: 'tls',
  bridge: { tls: true },
  start: make(
    'sslh',
    configurationOf('sslh'),
    ({ port, target }) => ({
      '0.0.0.0': '127.0.0.1',
      '"443"': `"${port}"`,
      '"6080"': `"${target}"`,
    }),
    (file) => ['-f', `-F${file}`],
  ),
};

/** Starts Squid, which allows CONNECT to one port. */
export const startSquid: ProxyRow['start'] = make(
  'squid',
  configurationOf('Squid'),
  ({ port, target }) => ({
    'http_port 3128': `http_port 127.0.0.1:${port}`,
    'port 443': `port ${target}`,
  }),
  // Squid names its shared memory after the service.
  (file, dir) => ['-N', '-n', basename(dir).replaceAll('-', ''), '-f', file],
  // As root, Squid switches to the user `proxy`, who has no access to the folder.
  (text) => `
pid_filename none
cache_log /dev/null
access_log none
cache_mem 8 MB
shutdown_lifetime 0 seconds
${text}`,
);

const squid: ProxyRow = {
  program: 'squid',
  front: 'forward',
  bridge: { tls: true },
  start: startSquid,
};

const tinyproxy: ProxyRow = {
  program: 'tinyproxy',
  front: 'forward',
  bridge: { tls: true },
  start: make(
    'tinyproxy',
    configurationOf('tinyproxy'),
    ({ port, target }) => ({
      'Port 8888': `Port ${port}`,
      'ConnectPort 443': `ConnectPort ${target}`,
    }),
    (file) => ['-d', '-c', file],
  ),
};

const privoxy: ProxyRow = {
  program: 'privoxy',
  front: 'forward',
  bridge: {},
  start: make(
    'privoxy',
    configurationOf('privoxy'),
    ({ port }) => ({ '127.0.0.1:8118': `127.0.0.1:${port}` }),
    (file) => ['--no-daemon', file],
    (text, dir) => `logdir ${dir}\n${text}`,
  ),
};

const nghttpxForward: ProxyRow = {
  program: 'nghttpx',
  front: 'forward-h2',
  bridge: { tls: true },
  async start(setting) {
    const behind = await startSquid(setting);
    const proxy = await make(
      'nghttpx',
      configurationOf('nghttpx, forward'),
      ({ port, cert, key }) => ({
        '*,8443': `127.0.0.1,${port}`,
        '127.0.0.1,3128': `127.0.0.1,${behind.port}`,
        '/etc/ssl/vnc.key': key,
        '/etc/ssl/vnc.pem': cert,
      }),
      (file) => [`--conf=${file}`, '--workers=1'],
    )(setting);
    const stop = async () => {
      await proxy.stop();
      await behind.stop();
    };
    return { ...proxy, stop };
  },
};

/** The programs that a proxy needs. */
export const needsOf = (row: ProxyRow): string[] =>
  row === nghttpxForward ? ['nghttpx', 'squid'] : [row.program];

/** All proxies by name. */
export const PROXIES: Readonly<Record<string, ProxyRow>> = {
  'HAProxy, HTTP/1.1 to the bridge': haproxy('h1'),
  'HAProxy, HTTP/2 to the bridge': haproxy('h2'),
  'HAProxy, TCP': haproxyTcp,
  'nghttpx, HTTP/1.1 to the bridge': nghttpx('h1'),
  'nghttpx, HTTP/2 to the bridge': nghttpx('h2'),
  Apache: apache,
  nginx,
  'nginx, stream': nginxStream,
  Caddy: caddy,
  lighttpd,
  Varnish: varnish,
  hitch,
  stunnel,
  sslh,
  Squid: squid,
  tinyproxy,
  privoxy,
  'nghttpx, forward': nghttpxForward,
};
