/** Real servers from Debian and npm that speak telnet, or nearly, each on a free loopback port. */
import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isRoot } from './chromium.js';
import { find } from './need.js';
import { freePort } from './port.js';
import { startGroup } from './telnet-targets.js';

export interface TelnetServer {
  readonly port: number;
  stop(): Promise<void>;
}

type Start = (port: number, dir: string) => Promise<[program: string, args: string[]]>;

/** VLC does not run as root; it keeps its settings in HOME. */
const asNobody = isRoot
  ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', 'env']
  : ['env'];

const NPM = { 'ranvier-telnet': '1.0.3', telnetlib: '1.0.2' };

/** Installs an npm package, and returns the command of a script that uses it. */
async function npm(name: keyof typeof NPM, dir: string, script: string): ReturnType<Start> {
  writeFileSync(join(dir, 'package.json'), '{}');
  await promisify(execFile)('npm', ['install', '--silent', `${name}@${NPM[name]}`], { cwd: dir });
  writeFileSync(join(dir, 'server.cjs'), script);
  return [process.execPath, ['--no-deprecation', join(dir, 'server.cjs')]];
}

const STARTS: Record<string, Start> = {
  vlc: async (port, dir) => {
    chmodSync(dir, 0o777);
    const [program, ...args] = asNobody;
    const options = `--no-stats -I telnet --telnet-host 127.0.0.1 --telnet-port ${port} --telnet-password secret`;
    return [program, [...args, `HOME=${dir}`, `TMPDIR=${dir}`, 'cvlc', ...options.split(' ')]];
  },
  tinymux: async (port, dir) => {
    cpSync('/usr/share/tinymux/game', dir, { recursive: true });
    symlinkSync('/usr/lib/tinymux/game/bin', join(dir, 'bin'));
    const config = readFileSync(join(dir, 'netmux.conf'), 'utf8');
    writeFileSync(join(dir, 'netmux.conf'), config.replace(/^port .*/m, `port ${port}`));
    return [
      'env',
      ['LD_LIBRARY_PATH=bin', 'bin/netmux', '-c', 'netmux.conf', '-p', 'pid', '-e', 'log'],
    ];
  },
  ser2net: async (port, dir) => {
    const line = join(dir, 'line');
    const config = join(dir, 'ser2net.yaml');
    writeFileSync(
      config,
      `connection: &one\n  accepter: telnet(rfc2217),tcp,127.0.0.1,${port}\n  connector: serialdev,${line},9600n81,local\n`,
    );
    // The device on the serial line echoes each character in capitals.
    const far = `socat PTY,link=${line},raw,echo=0 EXEC:'stdbuf -o0 tr a-z A-Z',pty,raw,echo=0`;
    return [
      '/bin/sh',
      ['-c', `${far} & sleep 1; exec ${find('ser2net')} -n -c ${config} -P ${dir}/pid`],
    ];
  },
  frr: async (port, dir) => {
    chmodSync(dir, 0o777);
    writeFileSync(join(dir, 'zebra.conf'), 'hostname router\npassword secret\n');
    chmodSync(join(dir, 'zebra.conf'), 0o644);
    const args = `-f zebra.conf -A 127.0.0.1 -P ${port} -z ${dir}/sock -i ${dir}/pid --vty_socket ${dir}`;
    return ['/usr/lib/frr/zebra', args.split(' ')];
  },
  openocd: async (port) => [
    'openocd',
    [
      `telnet_port ${port}`,
      'tcl_port disabled',
      'gdb_port disabled',
      'bindto 127.0.0.1',
      'adapter driver dummy',
      'init',
    ].flatMap((command) => ['-c', command]),
  ],
  hercules: async (port, dir) => {
    const lines = `CPUSERIAL 000611\nCPUMODEL 3090\nMAINSIZE 2\nCNSLPORT 127.0.0.1:${port}\nARCHMODE ESA/390\n0009 3215\n`;
    writeFileSync(join(dir, 'hercules.cnf'), lines);
    return ['/bin/sh', ['-c', 'sleep 1000 | HERCULES_RC=none hercules -d -f hercules.cnf']];
  },
  qemu: async (port) => [
    'qemu-system-x86_64',
    `-display none -machine none -monitor telnet:127.0.0.1:${port},server=on,wait=off`.split(' '),
  ],
  'ranvier-telnet': (port, dir) => npm('ranvier-telnet', dir, ranvierGame(port)),
  telnetlib: (port, dir) => npm('telnetlib', dir, telnetlibGame(port)),
};

/**
 * A login, a chat and the character's values over GMCP, as in a Ranvier game. It uses `telnetCommand`, because Ranvier's
 * `sendGMCP` leaves out the option's number.
 */
const ranvierGame = (port: number) => `
  const { Options, Sequences, TelnetServer, TelnetSocket } = require('ranvier-telnet');
  const { IAC, SB, SE, WILL, DO } = Sequences;
  const NAWS = 31;
  new TelnetServer((socket) => {
    const player = new TelnetSocket();
    player.on('error', () => {});
    player.attach(socket);
    const say = (text) => player.write(text + '\\r\\n');
    const gmcp = (text) => player.telnetCommand(SB, [Options.OPT_GMCP, ...Buffer.from(text), IAC, SE]);
    player.telnetCommand(WILL, Options.OPT_GMCP);
    player.telnetCommand(DO, NAWS);
    let size = '';
    player.on('SUBNEG', (option, payload) => {
      if (option === NAWS) size = payload.readUInt16BE(0) + 'x' + payload.readUInt16BE(2);
    });
    player.on('GMCP', (name, data) => say('GMCP: ' + name + ' ' + JSON.stringify(data)));
    let answer = askName;
    player.on('data', (line) => answer(line.toString().trim()));
    player.write('Name? ');
    function askName(name) {
      player.write('Password: ');
      player.toggleEcho();
      answer = (password) => {
        player.toggleEcho();
        say('\\r\\n' + (password === 'secret' ? 'Welcome, ' + name + '.' : 'Wrong: ' + password));
        gmcp('Char.Vitals {"hp":80,"maxhp":120}');
        answer = chat;
      };
    }
    function chat(line) {
      say(line === 'size' ? 'You see ' + size + '.' : 'You say, "' + line + '"');
    }
  }).netServer.listen(${port}, '127.0.0.1');`;

/** A similar game that compresses, without a login, with telnetlib, which writes the names of GMCP in lower case. */
const telnetlibGame = (port: number) => `
  const telnetlib = require('telnetlib');
  const { GMCP, MCCP, NAWS } = telnetlib.options;
  const options = { localOptions: [GMCP, MCCP], remoteOptions: [NAWS] };
  telnetlib.createServer(options, (player) => {
    player.on('error', () => {});
    player.on('end', () => player.end());
    player.on('negotiated', () => {
      player.getOption(GMCP).send('Char', 'Vitals', { hp: 80, maxhp: 120 });
      player.write('Welcome.\\r\\n');
    });
    player.getOption(GMCP).on('gmcp/core.hello', ({ client }) => player.write('GMCP: ' + client + '\\r\\n'));
    player.on('data', (bytes) => {
      const line = bytes.toString().trim();
      const { columns, rows } = player;
      player.write(line === 'size' ? 'You see ' + columns + 'x' + rows + '.\\r\\n' : 'You say, "' + line + '"\\r\\n');
    });
  }).listen(${port}, '127.0.0.1');`;

/** The programs that each server needs. */
export const TELNET_SERVERS: Record<string, string[]> = {
  vlc: ['cvlc'],
  tinymux: ['tinymux-install'],
  ser2net: ['ser2net', 'socat'],
  frr: ['vtysh'],
  openocd: ['openocd'],
  hercules: ['hercules'],
  qemu: ['qemu-system-x86_64'],
  'ranvier-telnet': ['npm'],
  telnetlib: ['npm'],
};

/** Starts a server, and resolves when it listens. */
export async function startTelnetServer(name: string): Promise<TelnetServer> {
  const dir = mkdtempSync(join(tmpdir(), `${name}-`));
  const port = await freePort();
  const [program, args] = await STARTS[name](port, dir);
  const { child, stop } = startGroup(find(program) ?? program, args, dir);
  // Keep reading: the server must not block on a full pipe.
  let log = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log = (log + text).slice(-2000)));
  }
  const end = async () => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  };
  for (let tries = 0; !(await answers(port)); tries++) {
    if (child.exitCode === null && tries < 300) continue;
    await end().catch(() => {});
    throw new Error(`${name} did not start to listen; its log: ${log}`);
  }
  return { port, stop: end };
}

/** Whether the port accepts a connection; waits 100 ms before it says no, so that the caller can ask again at once. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(socket.destroy() && true));
    socket.on('error', () => setTimeout(resolve, 100, false));
  });
}
