/**
 * What `npm start` runs: the bridge with the telnet page on one port, in front of a telnet server. That is the
 * demo's own, or a real one with `--target`.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createBridge, type Address, type Bridge } from 'websock-client/bridge';
import { startTelnetServer } from './telnet-server.js';

const HELP = `Usage: npm start -- [options]

Serves the telnet client and carries its WebSocket to a telnet server.

  --target HOST:PORT  a server to connect to, [HOST]:PORT for IPv6 (default: a built-in one)
  --port N            where to serve the page (default: 6080; when it is in use, the next free one)
  --help              show this text
`;
const HOST = '127.0.0.1';
const PORTS_TRIED = 20;

await main().catch((error: Error) => {
  console.error(error.message);
  const badArguments = error instanceof RangeError || error instanceof TypeError;
  process.exitCode = badArguments ? 2 : 1;
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      target: { type: 'string' },
      port: { type: 'string', default: '6080' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const wanted = parsePort(values.port);
  const given = values.target === undefined ? undefined : parseTarget(values.target);

  const server = given ? undefined : await startTelnetServer();
  const target = given ?? server!;
  const web = fileURLToPath(new URL('../wstelnet', import.meta.url));
  const bridge = createBridge({ target, web, log: showRefusal });
  const port = await listen(bridge, wanted).catch(async (error: Error) => {
    await server?.close();
    throw error;
  });
  if (wanted !== port && wanted !== 0)
    console.log(`Port ${wanted} is in use, so this is the next free one.`);
  console.log(`Telnet client:  http://${HOST}:${port}/`);
  console.log(`Connects to:    ${values.target ?? 'the built-in telnet server'}`);
  console.log('Press Ctrl-C to stop.');

  const stop = async () => {
    await bridge.close();
    await server?.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** A page that was refused is told nothing by its browser, so it is told here. */
function showRefusal(line: string): void {
  if (line.includes(' refused: ')) console.error(line);
}

/** Listens on the first free port from `first` on. */
async function listen(bridge: Bridge, first: number): Promise<number> {
  for (let port = first; ; port++) {
    try {
      return (await bridge.listen(port, HOST)).port;
    } catch (error) {
      const { code } = (error as Error).cause as NodeJS.ErrnoException;
      if (code !== 'EADDRINUSE' || port === 65_535 || port === first + PORTS_TRIED) throw error;
    }
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new RangeError(`Cannot serve on port ${text}: it must be an integer from 0 to 65535`);
}

function parseTarget(text: string): Address {
  const [, v6, name, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (port >= 1 && port <= 65_535) return { host: v6 ?? name, port };
  throw new RangeError(
    `Cannot connect to ${text}: a target is HOST:PORT, the port from 1 to 65535`,
  );
}
