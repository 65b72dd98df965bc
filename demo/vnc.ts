/**
 * What `npm run demo:vnc` runs: the bridge with the VNC page on one port, in front of a VNC server.
 */
import { fileURLToPath } from 'node:url';
import { createBridge } from 'websock-client/bridge';
import { readArguments } from './arguments.mjs';
import { flaky } from './flaky.js';
import { HOST, listen, showRefusal } from './serving.js';

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { target, named, port: wanted, flaky: seconds } = readArguments('vnc');
  const web = fileURLToPath(new URL('vnc', import.meta.url));
  const whole = createBridge({ target: target!, web, log: showRefusal });
  const bridge = seconds ? flaky(whole, seconds) : whole;
  const port = await listen(bridge, wanted);
  console.log(`VNC client:   http://${HOST}:${port}/?autoconnect=1`);
  console.log(`Connects to:  ${named}`);
  console.log('Press Ctrl-C to stop.');
  const stop = () => bridge.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
