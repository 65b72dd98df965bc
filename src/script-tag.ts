/**
 * The entry of the script-tag build: the global `Websock` is the class, and the other exports are its statics.
 */
import * as exported from './index.js';

const { default: Websock, ...statics } = exported;

export default Object.assign(Websock, statics);
