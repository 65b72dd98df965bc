/**
 * The telnet protocol for either end of a byte stream, in a browser, a Worker or Node.
 * @module websock-client/telnet
 */
export { Telnet, type TelnetOptions } from './telnet.js';
export { TelnetDecoder, type TelnetDecoderHandler } from './decoder.js';
export { encodeCommand, encodeData, encodeNegotiation, encodeSubnegotiation } from './encoder.js';
export {
  OptionNegotiator,
  type OptionNegotiatorHandler,
  type OptionState,
  type TelnetSide,
} from './negotiation.js';
export { encodeCharset, parseCharset, type CharsetMessage } from './charset.js';
export * from './constants.js';
