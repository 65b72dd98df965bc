import { expect, it } from 'vitest';
import { ComPort, type ComPortHandler } from '../../../src/telnet/index.js';
import { bytes, hex } from './bytes.js';

function port(handler?: ComPortHandler) {
  const sent: string[] = [];
  const telnet = {
    enable: (side: string, option: number) => sent.push(`${side} ${option}`),
    subnegotiate: (option: number, payload: Uint8Array) => sent.push(`${option}: ${hex(payload)}`),
  };
  const com = new ComPort(telnet, handler);
  return { com, sent, answer: (payload: string) => com.receive(bytes(payload)) };
}

it('offers the option, and each setter resolves with the value the server reports', async () => {
  const { com, sent, answer } = port();
  const results = Promise.all([
    com.setBaudRate(115_200),
    com.setDataSize(7),
    com.setParity('even'),
    com.setStopSize(1.5),
    com.setFlowControl('hardware'),
    com.setDtr(true),
  ]);
  expect(sent).toEqual([
    'local 44',
    '44: 01 00 01 c2 00',
    '44: 02 07',
    '44: 03 03',
    '44: 04 03',
    '44: 05 03',
    '44: 05 08',
  ]);
  answer('65 00 00 25 80');
  answer('66 08');
  answer('67 03');
  answer('68 03');
  answer('69 03');
  answer('69 09');
  expect(await results).toEqual([9600, 8, 'even', 1.5, 'hardware', false]);
});

it('switches lines, chooses what is reported, and purges buffers', async () => {
  const { com, sent, answer } = port();
  const results = Promise.all([
    com.setRts(true),
    com.setBreak(false),
    com.setLineStateMask(16),
    com.setModemStateMask(255),
    com.purge('both'),
  ]);
  expect(sent.slice(1)).toEqual(['44: 05 0b', '44: 05 06', '44: 0a 10', '44: 0b ff', '44: 0c 03']);
  answer('69 0b');
  answer('69 06');
  answer('6e 10');
  answer('6f 80');
  answer('70 03');
  expect(await results).toEqual([true, false, 16, 128, undefined]);
});

it('reports what the server sends unasked, and ignores answers to nothing', () => {
  const told: unknown[] = [];
  const { answer } = port({
    modemState: ({ changed, ...state }) => told.push(state, changed),
    lineState: (bits) => told.push(bits),
    suspended: (on) => told.push(on),
  });
  answer('6b b1');
  answer('6a 10');
  answer('6c');
  answer('6d');
  answer('65 00 00 25 80');
  answer('');
  const none = { carrierDetect: false, ringIndicator: false, dataSetReady: false };
  expect(told).toEqual([
    { carrierDetect: true, ringIndicator: false, dataSetReady: true, clearToSend: true },
    { ...none, clearToSend: true },
    16,
    true,
    false,
  ]);
});

it('rejects invalid settings without sending them', async () => {
  const { com, sent } = port();
  await expect(com.setBaudRate(-1)).rejects.toThrow(RangeError);
  await expect(com.setDataSize(9)).rejects.toThrow(RangeError);
  await expect(com.setParity('both' as 'odd')).rejects.toThrow(RangeError);
  expect(sent).toHaveLength(1);
});
