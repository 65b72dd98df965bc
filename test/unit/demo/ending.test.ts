import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { describeEnd, describeRefusal } from '../../../demo/wstelnet/ending.js';

const lost = {
  url: 'ws://host/path',
  opened: true,
  error: undefined,
  unsent: 0,
  closedHere: false,
  code: 1006,
  reason: '',
};

beforeEach(() => {
  vi.stubGlobal('location', { origin: 'https://page.example' });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ['the user', { closedHere: true }, 'You closed the connection.'],
  ['the user, before it was open', { closedHere: true, opened: false }, 'You cancelled.'],
  ['the server', { code: 1000 }, 'The server closed'],
  ['a bridge that stops', { code: 1001 }, 'The bridge is shutting down.'],
  ['the network', { code: 1006 }, 'The connection was lost'],
  ['the bridge, which says why', { reason: 'It is late.' }, 'ended the session: It is late.'],
  ['a bridge that was restarted', { error: 'ERR_RESUME' }, 'The next connection begins a new'],
  ['the target', { code: 1011, reason: 'reset' }, 'its connection to the server: reset.'],
  ['the target, without a reason', { code: 1011 }, 'its connection to the server.'],
  ['a full queue', { code: 4009, error: 'ERR_RECEIVE_OVERFLOW' }, 'More output arrived'],
  ['the server, when output was lost', { code: 1000, error: 'ERR_TRUNCATED' }, 'is missing'],
  ['the server, when it got not all', { code: 1000, unsent: 1234 }, '1,234 characters'],
  ['something else', { code: 4321, reason: 'because' }, 'closed with code 4321: because.'],
  ['something else, without a reason', { code: 1005 }, 'closed with code 1005.'],
])('describes an end by %s', (_, ending, message) => {
  expect(describeEnd({ ...lost, ...ending })).toContain(message);
});

it('explains a refused connection, and how to allow the page', () => {
  const message = describeEnd({ ...lost, opened: false });
  expect(message).toContain('No connection to ws://host/path.');
  expect(message).toContain('--allow-origin https://page.example');
});

it('explains URLs that the browser does not even try', () => {
  expect(describeRefusal('ws://x', new DOMException('', 'SecurityError'))).toContain('Encrypt');
  expect(describeRefusal('ws://', new DOMException('', 'SyntaxError'))).toContain('cannot connect');
});
