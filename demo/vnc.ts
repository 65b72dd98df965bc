/**
 * What `npm run demo:vnc` runs: the bridge with the VNC page on one port, in front of a VNC server.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createBridge } from 'websock-client/bridge';
import { HOST, listen, parsePort, parseTarget, showRefusal } from './serving.js';

const HELP = `Usage: npm run demo:vnc -- --target HOST:PORT [options]

Serves noVNC on websock-client and forwards its WebSocket to a VNC server.

  --target HOST:PORT  the VNC server, [HOST]:PORT for IPv6; display :1 is port 5901
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
  if (values.target === undefined) {
    throw new RangeError(
      'Cannot start without a VNC server: name it with --target HOST:PORT, for example --target localhost:5901',
    );
  }
  const target = parseTarget(values.target);
  const wanted = parsePort(values.port);
  const web = fileURLToPath(new URL('vnc', import.meta.url));
  const bridge = createBridge({ target, web, log: showRefusal });
  const port = await listen(bridge, wanted);
  console.log(`VNC client:   http://${HOST}:${port}/?autoconnect=1`);
  console.log(`Connects to:  ${values.target}`);
  console.log('Press Ctrl-C to stop.');
  const stop = () => bridge.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
