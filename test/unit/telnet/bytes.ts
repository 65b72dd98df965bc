/** Bytes in hex for readable tests, as in `bytes('ff fb 01')`, and a decoder's events as a list of strings. */
import { TelnetDecoder } from '../../../src/telnet/index.js';

export const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/[0-9a-f]{2}/g) ?? [], (byte) => Number.parseInt(byte, 16));

export const hex = (data: Uint8Array): string =>
  Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join(' ');

/** A decoder that lists its events; consecutive runs of data are one entry. */
export function recorder(subnegotiationLimit?: number): {
  events: string[];
  decoder: TelnetDecoder;
} {
  const events: string[] = [];
  const decoder = new TelnetDecoder(
    {
      data(data) {
        const text = `data ${hex(data)}`;
        if (events.at(-1)?.startsWith('data')) events[events.length - 1] += ` ${hex(data)}`;
        else events.push(text);
      },
      command: (code) => events.push(`command ${code}`),
      negotiation: (verb, option) => events.push(`negotiation ${verb} ${option}`),
      subnegotiation: (option, payload) => events.push(`subnegotiation ${option} ${hex(payload)}`),
    },
    subnegotiationLimit,
  );
  return { events, decoder };
}
