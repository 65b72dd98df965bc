/**
 * The entry of the script-tag build: the global `Websock` is the class of the historical API.
 */
export { Websock as default } from './websock.js';
