/**
 * Real servers that carry WebSockets, each with a configuration of its own on a free port of loopback.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accepting } from './accepting.js';
import { find } from './need.js';
import { freePort } from './port.js';

export interface Server {
  readonly port: number;
  stop(): Promise<void>;
}

/** A server with a folder of its own. */
export interface HousedServer extends Server {
  readonly dir: string;
}

/** Writes the configuration into a folder of its own, starts the program with it, and waits until it listens. */
export async function startServer(
  program: string,
  configure: (port: number, dir: string) => string,
  args: (file: string, dir: string) => string[],
): Promise<HousedServer> {
  const dir = mkdtempSync(join(tmpdir(), `websock-${program}-`));
  const file = join(dir, 'conf');
  const port = await freePort();
  writeFileSync(file, configure(port, dir));
  // What a program stores for itself stays in the folder.
  const env = { ...process.env, HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir };
  const child = spawn(find(program)!, args(file, dir), { stdio: 'ignore', cwd: dir, env });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill();
    // Some programs wait for their clients to leave.
    const timer = setTimeout(() => child.kill('SIGKILL'), 3_000);
    await exited;
    clearTimeout(timer);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await accepting(port, exited);
  } catch (error) {
    await stop();
    throw error;
  }
  return { port, dir, stop };
}

/** lighttpd with mod_wstunnel, in front of a TCP server. */
export const startLighttpd = (target: number): Promise<Server> =>
  startServer(
    'lighttpd',
    (port, dir) => `
      server.modules = ("mod_wstunnel")
      server.document-root = "${dir}"
      server.bind = "127.0.0.1"
      server.port = ${port}
      wstunnel.server = ("" => (("host" => "127.0.0.1", "port" => "${target}")))
      wstunnel.frame-type = "binary"
    `,
    (file) => ['-D', '-f', file],
  );

/** A complete nginx configuration around a `server` block; it keeps all files in one folder. */
export function nginxAround(server: string, dir: string): string {
  mkdirSync(join(dir, 'tmp'));
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${dir}/tmp/${name};`)
    .join('\n');
  return `
    daemon off;
    master_process off;
    pid ${dir}/pid;
    error_log ${dir}/error.log;
    events {}
    http {
      access_log off;
      ${temporary}
      ${server}
    }
  `;
}

/** The arguments of nginx. */
export const nginxArguments = (file: string, dir: string): string[] => [
  '-p',
  dir,
  '-c',
  file,
  '-e',
  `${dir}/error.log`,
];

/** nginx as a proxy in front of a WebSocket server. */
export const startNginx = (target: number): Promise<Server> =>
  startServer(
    'nginx',
    (port, dir) => {
      const server = `
        server {
          listen 127.0.0.1:${port};
          location / {
            proxy_pass http://127.0.0.1:${target};
            proxy_http_version 1.1;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection upgrade;
            proxy_set_header Host $http_host;
          }
        }`;
      return nginxAround(server, dir);
    },
    nginxArguments,
  );

/** HAProxy in front of a WebSocket server. */
export const startHaproxy = (target: number): Promise<Server> =>
  startServer(
    'haproxy',
    (port) =>
      `
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
  timeout tunnel 1h
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server bridge 127.0.0.1:${target}
`,
    (file) => ['-db', '-f', file],
  );
