/** What an inspector sees of a socket, keeps and returns. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Inspector, type InspectorOptions } from '../../../src/inspect/index.js';
import { Websock, type WebsockOptions } from '../../../src/index.js';
import { FakeWebSocket } from '../../../src/testing/index.js';
import { hex, pattern } from '../../helpers/bytes.js';

afterEach(() => vi.useRealTimers());

function inspected(options: InspectorOptions = {}, more: WebsockOptions = {}) {
  const sock = new Websock(more);
  const channel = new FakeWebSocket();
  sock.attach(channel);
  const inspector = new Inspector(sock, options);
  return { sock, channel, inspector };
}

const kinds = (inspector: Inspector) => inspector.records.map(({ kind }) => kind);

describe('an inspector', () => {
  it('records the bytes of each direction, and when', () => {
    vi.useFakeTimers();
    const { sock, channel, inspector } = inspected();
    channel.open();
    vi.advanceTimersByTime(20);
    sock.send(hex('01 02'));
    vi.advanceTimersByTime(30);
    channel.deliver(hex('03'));
    expect(inspector.records).toEqual([
      { number: 0, time: 0, kind: 'event', bytes: hex(''), length: 0, notes: ['open'] },
      { number: 1, time: 20, kind: 'sent', bytes: hex('01 02'), length: 2, notes: [] },
      { number: 2, time: 50, kind: 'received', bytes: hex('03'), length: 1, notes: [] },
    ]);
  });

  it('keeps copies', () => {
    const { sock, channel, inspector } = inspected();
    channel.open();
    const bytes = hex('01 02');
    sock.send(bytes);
    bytes.fill(9);
    expect(inspector.records[1].bytes).toEqual(hex('01 02'));
  });

  it('records how the connection opens, fails and ends', () => {
    const { sock, channel, inspector } = inspected();
    sock.on('error', () => {});
    channel.open('binary');
    channel.fail();
    channel.end(1006);
    expect(inspector.records.map(({ notes }) => notes[0])).toEqual([
      'open with binary',
      expect.stringContaining('ERR_CHANNEL: '),
      'closed with 1006, by: network',
    ]);
  });

  it('calls `onRecord` for each record', () => {
    const { channel, inspector } = inspected();
    const told: unknown[] = [];
    inspector.onRecord = (record) => told.push(record);
    channel.open();
    channel.deliver(hex('01'));
    expect(told).toEqual(inspector.records);
    expect(told).toHaveLength(2);
  });

  it('keeps the latest bytes within its limit, and counts those it drops', () => {
    const { channel, inspector } = inspected({ limit: 10_000 });
    channel.open();
    for (let i = 0; i < 100; i++) channel.deliver(pattern(1000, i));
    const kept = inspector.records.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(kept).toBeGreaterThan(5000);
    expect(kept).toBeLessThanOrEqual(10_000);
    expect(kept + inspector.dropped).toBe(100_000);
    expect(inspector.records.at(-1)!.bytes).toEqual(pattern(1000, 99));
  });

  it('bounds the number of one-byte records', () => {
    const { channel, inspector } = inspected({ limit: 10_000 });
    channel.open();
    for (let i = 0; i < 1000; i++) channel.deliver(hex('01'));
    expect(inspector.records.length).toBeLessThan(100);
  });

  it('keeps the first bytes of a message over its limit', () => {
    const { channel, inspector } = inspected({ limit: 1000 });
    channel.open();
    channel.deliver(pattern(3000));
    const [{ bytes, length }] = inspector.records;
    expect([bytes.length, length, inspector.dropped]).toEqual([1000, 3000, 2000]);
  });

  it('drops its records on clear()', () => {
    const { channel, inspector } = inspected();
    channel.open();
    channel.deliver(hex('01 02'));
    inspector.clear();
    expect([inspector.records.length, inspector.dropped]).toEqual([0, 2]);
  });

  it('stops recording and restores the former tap on stop()', () => {
    const sock = new Websock();
    const former = vi.fn();
    sock.tap = former;
    const inspector = new Inspector(sock);
    const channel = new FakeWebSocket().open();
    sock.attach(channel);
    channel.deliver(hex('01'));
    inspector.stop();
    channel.deliver(hex('02'));
    channel.end();
    expect(kinds(inspector)).toEqual(['received']);
    expect(former.mock.calls.map(([, bytes]) => [...bytes])).toEqual([[1], [2]]);
    expect(sock.tap).toBe(former);
  });

  it('has a decoder annotate the bytes, reset for each connection', () => {
    const calls: string[] = [];
    const decoder = {
      reset: () => calls.push('reset'),
      decode: (direction: string, bytes: Uint8Array) => [`${direction} ${bytes.join()}`],
    };
    const { sock, channel, inspector } = inspected({ decoder });
    channel.open();
    channel.deliver(hex('01'));
    channel.deliver(hex('02'));
    const next = new FakeWebSocket().open();
    sock.attach(next);
    sock.send(hex('03'));
    next.deliver(hex('04'));
    expect(inspector.records.map(({ notes }) => notes[0])).toEqual([
      'open',
      'received 1',
      'received 2',
      'sent 3',
      'received 4',
    ]);
    expect(calls).toEqual(['reset', 'reset']);
  });

  it('reports how full the queues are, and their marks and limits', () => {
    const { sock, channel, inspector } = inspected({}, { receiveLimit: 5000 });
    channel.open('binary');
    channel.deliver(pattern(30));
    sock.sQpush16(1);
    expect(inspector.status).toEqual({
      state: 'open',
      url: 'ws://fake/',
      protocol: 'binary',
      bytesReceived: 30,
      bytesSent: 0,
      receive: { length: 30, mark: 1024 * 1024, limit: 5000 },
      send: { length: 2, mark: 1024 * 1024, limit: 16 * 1024 * 1024 },
      backpressure: 'none',
      isSuspended: false,
      roundTripTime: undefined,
    });
  });

  it('reports the queue while an async read waits', () => {
    const { sock, channel, inspector } = inspected();
    channel.open();
    void sock.read(4).catch(() => {});
    channel.deliver(hex('01 02'));
    expect(inspector.status.receive.length).toBe(2);
    sock.dispose();
  });

  it('is exported as JSON', () => {
    const { channel, inspector } = inspected();
    channel.open();
    channel.deliver(hex('01 02'));
    expect(inspector.toJSON()).toMatchObject({ dropped: 0 });
    const log = JSON.parse(JSON.stringify(inspector)) as Record<string, unknown>;
    expect(log).toMatchObject({
      version: 1,
      started: inspector.started.toISOString(),
      dropped: 0,
      status: { state: 'open', receive: { length: 2 } },
      records: [
        { kind: 'event', notes: ['open'] },
        { kind: 'received', length: 2, bytes: 'AQI=' },
      ],
    });
  });

  it('refuses a limit that is not positive', () => {
    const sock = new Websock();
    for (const limit of [0, -1, Number.NaN]) {
      expect(() => new Inspector(sock, { limit })).toThrow(RangeError);
    }
    expect(sock.tap).toBeUndefined();
  });
});
