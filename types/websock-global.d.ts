/**
 * For pages that load `dist/websock.min.js` with a script tag: the global `Websock` is the class, and the other
 * exports of the package are its statics. Name it in a tsconfig's `types`: `"websock-client/global"`.
 */
import type * as exported from 'websock-client';

declare global {
  var Websock: typeof exported.Websock & Omit<typeof exported, 'default'>;
  /** The type of what `new Websock()` makes. */
  type Websock = exported.Websock;
}
