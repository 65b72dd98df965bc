/**
 * Runs the suite wherever a script can be started. In a page it needs no arguments. Elsewhere its first argument is the
 * server's origin; further ones are `ws`, to use that as the WebSocket, or modules that provide what the platform lacks.
 */
import { examine } from './examine.js';

const isProcess = typeof process !== 'undefined';
const [origin, ...given] = isProcess ? process.argv.slice(2) : [location.origin];
const options = given.includes('ws') ? { WebSocket: (await import('ws')).WebSocket } : undefined;
for (const path of given.filter((name) => name !== 'ws')) {
  const { WebSocketStream, RTCPeerConnection } = (await import(path)) as Record<string, unknown>;
  if (WebSocketStream) Object.assign(globalThis, { WebSocketStream });
  if (RTCPeerConnection) Object.assign(globalThis, { RTCPeerConnection });
}
await examine(origin, options);
// Channels that a case has broken may keep a process alive.
if (isProcess) process.exit();
