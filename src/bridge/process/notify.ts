/**
 * Tells systemd how a service is doing (sd_notify(3)), if systemd asks for that. Node has no datagrams for unix sockets, so
 * systemd's own command sends them: the unit needs `NotifyAccess=all`.
 */
import { spawn } from 'node:child_process';

/** Sends a state, for example `READY=1`. Without `NOTIFY_SOCKET`, systemd does not ask, and nothing is sent. */
export function notify(state: string, onFailed: (reason: string) => void): void {
  if (!process.env.NOTIFY_SOCKET) return;
  spawn('systemd-notify', [state], { stdio: 'ignore' })
    .on('error', ({ message }) => onFailed(`Cannot tell systemd ${state}: ${message}`))
    .on('exit', (code) => {
      if (code) onFailed(`Cannot tell systemd ${state}: systemd-notify ended with ${code}`);
    });
}
