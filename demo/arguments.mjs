/**
 * The command lines of the demos, in JavaScript so that they can be checked before anything is built.
 */
import { parseArgs } from 'node:util';

const OPTIONS = `
  --port N            where to serve the page (default: 6080, or the next free port)
  --flaky SECONDS     lose all connections about this often, to see how the page copes
  --help              show this text
`;

const demos = {
  start: {
    help: `Usage: npm start -- [options]

Serves the telnet client and the documentation, and forwards the client's WebSocket to a telnet server.

  --target HOST:PORT  the server to connect to, [HOST]:PORT for IPv6 (default: a built-in one)${OPTIONS}`,
    isServerNeeded: false,
  },
  vnc: {
    help: `Usage: npm run demo:vnc -- --target HOST:PORT [options]

Serves noVNC on websock-client and forwards its WebSocket to a VNC server.

  --target HOST:PORT  the VNC server, [HOST]:PORT for IPv6; display :1 is port 5901${OPTIONS}`,
    isServerNeeded: true,
  },
};

export function readArguments(name) {
  const { help, isServerNeeded } = demos[name];
  try {
    const { values } = parseArgs({
      options: {
        target: { type: 'string' },
        port: { type: 'string', default: '6080' },
        flaky: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit();
    }
    const { target: named, port } = values;
    const flaky = values.flaky === undefined ? undefined : parseSeconds(values.flaky);
    if (isServerNeeded && named === undefined) {
      throw new RangeError(
        'Cannot start without a VNC server: name it with --target HOST:PORT, for example --target localhost:5901',
      );
    }
    const target = named === undefined ? undefined : parseTarget(named);
    return { named, target, port: parsePort(port), flaky };
  } catch (error) {
    console.error(error.message);
    return process.exit(2);
  }
}

function parsePort(text) {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new RangeError(`Cannot serve on port ${text}: it must be an integer from 0 to 65535`);
}

function parseSeconds(text) {
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 86_400) return seconds;
  throw new RangeError(
    `Cannot use --flaky ${text}: it must be a number of seconds from 0.1 to 86400`,
  );
}

function parseTarget(text) {
  const [, v6, name = '', digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d+)$/.exec(text) ?? [];
  const port = Number(digits);
  if (port >= 1 && port <= 65_535) return { host: v6 ?? name, port };
  throw new RangeError(
    `Cannot connect to ${text}: a target is HOST:PORT, the port from 1 to 65535`,
  );
}
