/** The codec against real servers: Debian's telnetds, with the login from docs/reading.md, and a serial port of ser2net. */
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { expect, it, onTestFinished } from 'vitest';
import * as telnetEntry from '../../../src/telnet/index.js';
import { COM_PORT, ComPort, TelnetStream, type TelnetChannel } from '../../../src/telnet/index.js';
import { samplesOf } from '../../helpers/documents.js';
import { find, lacking } from '../../helpers/need.js';
import { freePort } from '../../helpers/port.js';
import { startGroup } from '../../helpers/telnet-targets.js';
import { startLogin, TELNETDS } from '../../helpers/telnetds.js';

async function connect(port: number): Promise<TelnetChannel> {
  const socket = connectTcp(port, '127.0.0.1');
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return Duplex.toWeb(socket) as TelnetChannel;
}

type Login = (channel: TelnetChannel, user: string, password: string) => Promise<string>;

for (const name of Object.keys(TELNETDS) as (keyof typeof TELNETDS)[]) {
  const reason = lacking(TELNETDS[name][0], 'socat', 'openssl');
  it.skipIf(reason)(
    `docs/reading.md logs in at ${name}${reason ? `: ${reason}` : ''}`,
    async () => {
      const server = await startLogin(name);
      onTestFinished(() => server.stop());
      // The sample imports the package; here it gets the source under test.
      const code = samplesOf('reading.md').get('telnet-stream')!;
      const names = Object.keys(telnetEntry);
      const make = new Function(...names, `${code}; return login;`);
      const login = make(...Object.values(telnetEntry)) as Login;
      const greeting = await login(await connect(server.port), 'alice', 'secret');
      expect(greeting).toContain('Welcome, alice');
      expect(greeting).not.toContain('secret');
    },
  );
}

const reason = lacking('ser2net', 'socat');
it.skipIf(reason)(
  `ComPort sets a serial port of ser2net${reason ? `: ${reason}` : ''}`,
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ser2net-'));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const [near, far] = [join(dir, 'near'), join(dir, 'far')];
    const pair = startGroup(find('socat')!, [
      `PTY,link=${near},raw,echo=0`,
      `PTY,link=${far},raw,echo=0`,
    ]);
    onTestFinished(() => pair.stop());
    await expect.poll(() => existsSync(near) && existsSync(far)).toBe(true);
    const port = await freePort();
    const config = join(dir, 'ser2net.yaml');
    writeFileSync(
      config,
      `connection: &one\n  accepter: telnet(rfc2217),tcp,127.0.0.1,${port}\n  connector: serialdev,${near},9600n81,local\n`,
    );
    const ser2net = startGroup(find('ser2net')!, ['-n', '-c', config, '-P', join(dir, 'pid')]);
    onTestFinished(() => ser2net.stop());
    let channel: TelnetChannel | undefined;
    await expect
      .poll(async () => (channel = await connect(port).catch(() => undefined)))
      .toBeDefined();

    let serial: ComPort | undefined;
    const stream = new TelnetStream(channel!, {
      subnegotiation: (option, payload) => option === COM_PORT && serial!.receive(payload),
    });
    serial = new ComPort(stream.telnet);
    expect(await serial.setBaudRate(115_200)).toBe(115_200);
    expect(await serial.setDataSize(7)).toBe(7);
    expect(await serial.setParity('even')).toBe('even');
    expect(await serial.setStopSize(2)).toBe(2);
    expect(await serial.setFlowControl('none')).toBe('none');
    expect(await serial.signature()).toMatch(/ser2net/i);
    await stream.close();
  },
);
