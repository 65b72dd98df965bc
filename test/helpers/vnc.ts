/**
 * A real VNC server: TigerVNC's Xvnc on a display and a port of its own, and X programs on it.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { lacking } from './need.js';
import { freePort } from './port.js';

const run = promisify(execFile);

/** Why no VNC server can run here; undefined if one can. */
export const lackingVnc = (): string | undefined =>
  lacking('Xvnc', 'xev', 'ico', 'xlogo', 'xdpyinfo', 'import', 'convert', 'xclip');

export interface VncServer {
  readonly port: number;
  /** Starts an X program, which ends with the server at the latest. */
  start(command: string, ...args: string[]): ChildProcess;
  /** The width and height of the screen, such as `1024x768`. */
  size(): Promise<string>;
  /** What is on the screen, three bytes per pixel. */
  picture(): Promise<Buffer>;
  /** Runs an X program and resolves with what it prints. */
  output(command: string, ...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** The DES key of VNC's password files, which hide a password but do not protect it; three times the same makes it triple DES. */
const FILE_KEY = Buffer.from('e84ad660c4721ae0'.repeat(3), 'hex');

/** A password as Xvnc's option `-Password` takes it. */
function hiddenPassword(password: string): string {
  const cipher = createCipheriv('des-ede3-ecb', FILE_KEY, null).setAutoPadding(false);
  return cipher.update(Buffer.from(password.padEnd(8, '\0'))).toString('hex');
}

/** @param security what the server requires of its clients: a password, or a login by PAM as one of `users` */
export async function startVnc(
  security: { password?: string; users?: string } = {},
): Promise<VncServer> {
  const { password, users } = security;
  const wanted = password ? 'VncAuth' : users ? 'Plain' : 'None';
  const port = await freePort();
  const options = `-displayfd 3 -interface 127.0.0.1 -localhost -rfbport ${port} -SecurityTypes ${wanted}`;
  const secrets = [
    ...(password ? ['-Password', hiddenPassword(password)] : []),
    // Run by root, the PAM service `su` accepts any user with any password.
    ...(users ? ['-PlainUsers', users, '-PAMService', 'su'] : []),
  ];
  const more = '-geometry 1024x768 -depth 24 -AlwaysShared -nolisten tcp';
  const server = spawn('Xvnc', [...`${options} ${more}`.split(' '), ...secrets], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const exited = once(server, 'exit');
  const [number] = (await Promise.race([
    once(server.stdio[3]!, 'data'),
    exited.then(() => Promise.reject(new Error('Xvnc ended early'))),
  ])) as [Buffer];
  const env = { ...process.env, DISPLAY: `:${String(number).trim()}` };
  const programs = new Set<ChildProcess>();
  const output = async (command: string, ...args: string[]): Promise<string> =>
    (await run(command, args, { env, maxBuffer: 2 ** 24 })).stdout;
  return {
    port,
    start(command, ...args) {
      const program = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'ignore'] });
      programs.add(program);
      program.once('exit', () => programs.delete(program));
      return program;
    },
    size: async () => /dimensions:\s+(\d+x\d+)/.exec(await output('xdpyinfo'))![1],
    async picture() {
      const grab = ['-window', 'root', '-depth', '8', 'rgb:-'];
      return (await run('import', grab, { env, encoding: 'buffer', maxBuffer: 2 ** 26 })).stdout;
    },
    output,
    async stop() {
      const ends = [...programs].map((program) => once(program, 'exit'));
      for (const program of programs) program.kill();
      await Promise.all(ends);
      server.kill();
      await exited;
    },
  };
}

/** The pixels of a PNG, three bytes each. */
export async function pixels(png: Buffer): Promise<Buffer> {
  const convert = spawn('convert', ['png:-', '-depth', '8', 'rgb:-']);
  convert.stdin.end(png);
  const chunks: Buffer[] = [];
  for await (const chunk of convert.stdout) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
