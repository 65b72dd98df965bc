import { describe, expect, it } from 'vitest';
import {
  AYT,
  BINARY,
  ECHO,
  IP,
  NAWS,
  SUPPRESS_GO_AHEAD,
  TERMINAL_TYPE,
  Telnet,
  type TelnetOptions,
} from '../../../src/telnet/index.js';
import { bytes, hex } from './bytes.js';

/** A Telnet, with the bytes it sent (in hex) and the events it reported. */
function end(options: Partial<TelnetOptions> = {}) {
  const sent: string[] = [];
  const told: string[] = [];
  const telnet = new Telnet({
    send: (data) => sent.push(hex(data)),
    data: (data) => told.push(`data ${hex(data)}`),
    command: (code) => told.push(`command ${code}`),
    change: (side, option, enabled) => told.push(`${side} ${option} ${enabled}`),
    windowSize: (columns, rows) => told.push(`size ${columns}x${rows}`),
    terminalType: (name) => told.push(`type ${name}`),
    subnegotiation: (option, payload) => told.push(`subnegotiation ${option} ${hex(payload)}`),
    ...options,
  });
  const receive = (input: string) => telnet.receive(bytes(input));
  return { telnet, sent, told, receive };
}

describe('options', () => {
  it('refuses everything unless told otherwise', () => {
    const { sent, told, receive } = end();
    receive('ff fb 01 ff fd 18 ff fc 01 ff fe 18');
    expect(sent).toEqual(['ff fe 01', 'ff fc 18']);
    expect(told).toEqual([]);
  });

  it('agrees to the options listed for each side', () => {
    const { sent, told, receive } = end({ local: [SUPPRESS_GO_AHEAD], remote: [ECHO] });
    receive('ff fd 03 ff fd 01 ff fb 01 ff fb 03');
    expect(sent).toEqual(['ff fb 03', 'ff fc 01', 'ff fd 01', 'ff fe 03']);
    expect(told).toEqual(['local 3 true', 'remote 1 true']);
  });

  it('asks a function about options in no list', () => {
    const asked: string[] = [];
    const accepts = (side: string, option: number) => {
      asked.push(`${side} ${option}`);
      return side === 'remote' && option === 70;
    };
    const { sent, receive } = end({ local: [SUPPRESS_GO_AHEAD], accepts });
    receive('ff fd 03 ff fb 46 ff fd 46');
    expect(sent).toEqual(['ff fb 03', 'ff fd 46', 'ff fc 46']);
    expect(asked).toEqual(['remote 70', 'local 70']);
  });

  it('offers and requests options, and disables them', () => {
    const { telnet, sent, told, receive } = end();
    telnet.enable('local', ECHO);
    telnet.enable('remote', NAWS);
    receive('ff fd 01 ff fb 1f');
    expect(telnet.enabled('local', ECHO)).toBe(true);
    telnet.disable('local', ECHO);
    expect(telnet.enabled('local', ECHO)).toBe(false);
    expect(sent).toEqual(['ff fb 01', 'ff fd 1f', 'ff fc 01']);
    expect(told).toEqual(['local 1 true', 'remote 31 true', 'local 1 false']);
  });
});

describe('data', () => {
  it('goes out as text, and as binary once this end sends BINARY', () => {
    const { telnet, sent, receive } = end({ local: [BINARY] });
    telnet.write(bytes('0d'));
    telnet.write(bytes('0d 0a'));
    receive('ff fd 00');
    telnet.write(bytes('0d ff'));
    receive('ff fe 00');
    telnet.write(bytes('0d'));
    expect(sent).toEqual(['0d 00', '0d 0a', 'ff fb 00', '0d ff ff', 'ff fc 00', '0d 00']);
  });

  it('comes in as text, and as binary between WILL BINARY and WONT BINARY', () => {
    const { told, receive } = end({ remote: [BINARY] });
    receive('0d 00 ff fb 00 0d 00 ff fc 00 0d 00');
    expect(told.filter((line) => line.startsWith('data'))).toEqual([
      'data 0d',
      'data 0d 00',
      'data 0d',
    ]);
  });

  it('comes in as text if only this end sends BINARY', () => {
    const { told, receive } = end({ local: [BINARY] });
    receive('ff fd 00 0d 00');
    expect(told).toEqual(['local 0 true', 'data 0d']);
  });

  it('is not sent if it is empty', () => {
    const { telnet, sent } = end();
    telnet.write(new Uint8Array());
    expect(sent).toEqual([]);
  });
});

describe('commands', () => {
  it('answers AYT with a visible line if it is given one', () => {
    const { sent, told, receive } = end({ areYouThere: '[Yes]' });
    receive('ff f6');
    expect(new TextDecoder().decode(bytes(sent[0]))).toBe('\r\n[Yes]\r\n');
    expect(told).toEqual([`command ${AYT}`]);
  });

  it('does not answer AYT by default', () => {
    const { sent, told, receive } = end();
    receive('ff f6');
    expect(sent).toEqual([]);
    expect(told).toEqual([`command ${AYT}`]);
  });

  it('reports prompts that end with GA or EOR', () => {
    const told: string[] = [];
    const telnet = new Telnet({
      send() {},
      data: (data) => told.push(hex(data)),
      prompt: () => told.push('prompt'),
    });
    telnet.receive(bytes('3e ff f9 0a ff ef 0a ff f1'));
    expect(told).toEqual(['3e', 'prompt', '0a', 'prompt', '0a']);
  });

  it('calls its handlers as methods of the options', () => {
    const options = new (class {
      told = 0;
      send() {}
      data() {}
      command() {
        this.told++;
      }
      prompt() {
        this.told++;
      }
    })();
    new Telnet(options).receive(bytes('ff f9'));
    expect(options.told).toBe(2);
  });

  it('sends commands, and refuses invalid codes', () => {
    const { telnet, sent } = end();
    telnet.command(IP);
    expect(sent).toEqual(['ff f4']);
    for (const code of [235, 250, 255, 256, 241.5, NaN]) {
      expect(() => telnet.command(code)).toThrow(RangeError);
    }
    expect(() => telnet.command(300)).toThrow(
      'Cannot use command 300: it must be an integer from 236 to 249',
    );
  });

  it('refuses an option that is not a byte', () => {
    const { telnet, sent } = end();
    for (const option of [-1, 256, 1.5, NaN]) {
      expect(() => telnet.enable('local', option)).toThrow(RangeError);
      expect(() => telnet.disable('remote', option)).toThrow(RangeError);
      expect(() => telnet.subnegotiate(option, bytes(''))).toThrow(RangeError);
    }
    expect(sent).toEqual([]);
  });
});

describe('window size', () => {
  it('is sent when NAWS is enabled and when it changes, with 255 doubled', () => {
    const { telnet, sent, receive } = end({ local: [NAWS] });
    telnet.resize(80, 24);
    expect(sent).toEqual([]);
    receive('ff fd 1f');
    telnet.resize(80, 24);
    telnet.resize(255, 1000);
    expect(sent).toEqual([
      'ff fb 1f',
      'ff fa 1f 00 50 00 18 ff f0',
      'ff fa 1f 00 ff ff 03 e8 ff f0',
    ]);
  });

  it('is not sent after the peer disables it', () => {
    const { telnet, sent, receive } = end({ local: [NAWS] });
    receive('ff fd 1f ff fe 1f');
    sent.length = 0;
    telnet.resize(80, 24);
    expect(sent).toEqual([]);
  });

  it('must be two 16-bit integers', () => {
    const { telnet } = end();
    for (const size of [-1, 65536, 80.5, NaN]) {
      expect(() => telnet.resize(size, 24)).toThrow(RangeError);
      expect(() => telnet.resize(80, size)).toThrow(RangeError);
    }
  });

  it('of the peer is reported if it has four bytes and NAWS is enabled', () => {
    const { told, receive } = end({ remote: [NAWS] });
    receive('ff fa 1f 00 50 00 18 ff f0');
    receive('ff fb 1f');
    receive('ff fa 1f 00 50 00 18 ff f0 ff fa 1f 00 50 00 ff f0 ff fa 1f 00 50 00 18 00 ff f0');
    receive('ff fa 1f ff ff ff ff 00 00 ff f0');
    expect(told).toEqual(['remote 31 true', 'size 80x24', 'size 65535x0']);
  });
});

describe('terminal type', () => {
  const IS = 'ff fa 18 00';
  const name = (text: string) => `${IS} ${hex(new TextEncoder().encode(text))} ff f0`;

  it('goes through the list, sends the last twice and starts over', () => {
    const { sent, receive } = end({ local: [TERMINAL_TYPE], terminalTypes: ['XTERM', 'VT100'] });
    receive('ff fd 18');
    sent.length = 0;
    for (let i = 0; i < 5; i++) receive('ff fa 18 01 ff f0');
    expect(sent).toEqual(['XTERM', 'VT100', 'VT100', 'XTERM', 'VT100'].map(name));
  });

  it.each([undefined, []])('is UNKNOWN without a list', (terminalTypes) => {
    const { sent, receive } = end({ local: [TERMINAL_TYPE], terminalTypes });
    receive('ff fd 18 ff fa 18 01 ff f0');
    expect(sent).toEqual(['ff fb 18', name('UNKNOWN')]);
  });

  it('is not sent to a peer that has not negotiated it', () => {
    const { sent, receive } = end({ local: [TERMINAL_TYPE], terminalTypes: ['XTERM'] });
    receive('ff fa 18 01 ff f0');
    expect(sent).toEqual([]);
  });

  it('is requested when the peer offers it, and reported if it is valid', () => {
    const { sent, told, receive } = end({ remote: [TERMINAL_TYPE] });
    receive('ff fb 18');
    expect(sent).toEqual(['ff fd 18', 'ff fa 18 01 ff f0']);
    receive(name('xterm-256color'));
    for (const bad of ['', 'a'.repeat(41), 'a'.repeat(10_000), 'x\u0007', 'x\n', 'é'])
      receive(name(bad));
    receive(name('b'.repeat(40)));
    expect(told).toEqual(['remote 24 true', 'type xterm-256color', `type ${'b'.repeat(40)}`]);
  });

  it.each(['', 'a'.repeat(41), 'é', 'a\r'])('%j cannot be sent', (type) => {
    expect(() => end({ terminalTypes: [type] })).toThrow(RangeError);
  });
});

describe('other subnegotiations', () => {
  it('are passed on when their option is enabled', () => {
    const { told, receive } = end({ remote: [39] });
    receive('ff fa 27 01 ff f0 ff fb 27 ff fa 27 01 ff f0');
    expect(told).toEqual(['remote 39 true', 'subnegotiation 39 01']);
  });

  it('are sent, and dropped above the limit', () => {
    const { telnet, sent, told, receive } = end({ remote: [39], subnegotiationLimit: 2 });
    telnet.subnegotiate(39, bytes('01 ff'));
    expect(sent).toEqual(['ff fa 27 01 ff ff ff f0']);
    receive('ff fb 27 ff fa 27 01 02 03 ff f0 ff fa 27 01 02 ff f0');
    expect(told).toEqual(['remote 39 true', 'subnegotiation 39 01 02']);
  });
});

describe('stop()', () => {
  it('leaves the rest of the chunk to the caller, wherever the input is split', () => {
    const input = bytes('41 ff fb 56 ff fa 56 ff f0 78 9c ff f0 ff');
    for (let cut = 0; cut <= 9; cut++) {
      const told: string[] = [];
      const telnet = new Telnet({
        send() {},
        data: (data) => told.push(hex(data)),
        remote: [86],
        subnegotiation: () => telnet.stop(),
      });
      expect(telnet.receive(input.subarray(0, cut))).toBe(cut);
      if (cut < 9) expect(telnet.receive(input.subarray(cut))).toBe(9 - cut);
      expect(told).toEqual(['41']);
      expect(telnet.receive(bytes('42'))).toBe(1);
      expect(told).toEqual(['41', '42']);
    }
  });
});
