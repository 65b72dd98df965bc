/**
 * The telnet protocol for either end of a byte stream, in a browser, a Worker or Node.
 * @module websock-client/telnet
 */
export { Telnet, type TelnetOptions } from './telnet.js';
export { TelnetStream, type TelnetChannel, type TelnetStreamOptions } from './stream.js';
export type {
  Delimiter,
  ReadOptions,
  ReadSomeOptions,
  ReadUntilOptions,
} from '../receive/byte-reader.js';
export { TelnetDecoder, type TelnetDecoderHandler } from './decoder.js';
export { encodeCommand, encodeData, encodeNegotiation, encodeSubnegotiation } from './encoder.js';
export {
  OptionNegotiator,
  type OptionNegotiatorHandler,
  type OptionState,
  type TelnetSide,
} from './negotiation.js';
export { CompressedInput, type CreateInflater, type Inflater } from './compressed-input.js';
export {
  ComPort,
  type ComPortHandler,
  type FlowControl,
  type ModemState,
  type Parity,
  type StopSize,
} from './com-port.js';
export { encodeCharset, parseCharset, type CharsetMessage } from './charset.js';
export {
  answerEnviron,
  encodeEnviron,
  parseEnviron,
  type EnvironMessage,
  type EnvironVariable,
} from './environ.js';
export { encodeGmcp, parseGmcp, type GmcpMessage } from './gmcp.js';
export { encodeMssp, parseMssp } from './mssp.js';
export { MTTS, mttsName, parseMtts } from './mtts.js';
export * from './constants.js';
