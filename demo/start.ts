/**
 * What `npm start` runs: the bridge with the telnet page and the documentation on one port, in front of a telnet server: the
 * demo's own, or a real one with `--target`.
 */
import { fileURLToPath } from 'node:url';
import { createBridge } from 'websock-client/bridge';
import { readArguments } from './arguments.mjs';
import { flaky } from './flaky.js';
import { HOST, listen, showRefusal } from './serving.js';
import { startTelnetServer } from './telnet-server.js';

await main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const { target: given, named, port: wanted, flaky: seconds } = readArguments('start');
  const server = given ? undefined : await startTelnetServer();
  const target = given ?? server!;
  const web = fileURLToPath(new URL('web', import.meta.url));
  const whole = createBridge({ target, web, log: showRefusal });
  const bridge = seconds ? flaky(whole, seconds) : whole;
  const port = await listen(bridge, wanted).catch(async (error: Error) => {
    await server?.close();
    throw error;
  });
  console.log(`Telnet client:  http://${HOST}:${port}/?autoconnect=1`);
  console.log(`Documentation:  http://${HOST}:${port}/docs/`);
  console.log(`Connects to:    ${named ?? 'the built-in telnet server'}`);
  console.log('Press Ctrl-C to stop.');

  const stop = async () => {
    await bridge.close();
    await server?.close();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}
