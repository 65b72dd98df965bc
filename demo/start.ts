/**
 * What `npm start` runs: the bridge with the telnet page and the documents on one port, in front of a telnet server. That is
 * the demo's own, or a real one with `--target`.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createBridge } from 'websock-client/bridge';
import { HOST, listen, parsePort, parseTarget, showRefusal } from './serving.js';
import { startTelnetServer } from './telnet-server.js';

const HELP = `Usage: npm start -- [options]

Serves the telnet client and the documentation, and forwards the client's WebSocket to a telnet server.

  --target HOST:PORT  the server to connect to, [HOST]:PORT for IPv6 (default: a built-in one)
  --port N            where to serve the page (default: 6080, or the next free port)
  --help              show this text
`;

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
  const web = fileURLToPath(new URL('web', import.meta.url));
  const bridge = createBridge({ target, web, log: showRefusal });
  const port = await listen(bridge, wanted).catch(async (error: Error) => {
    await server?.close();
    throw error;
  });
  console.log(`Telnet client:  http://${HOST}:${port}/?autoconnect=1`);
  console.log(`Documentation:  http://${HOST}:${port}/docs/`);
  console.log(`Connects to:    ${values.target ?? 'the built-in telnet server'}`);
  console.log('Press Ctrl-C to stop.');

  const stop = async () => {
    await bridge.close();
    await server?.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
