/** The part of noVNC's file that is used here; the package has no types and exports only its RFB class. */
declare module '*/@novnc/novnc/core/websock.js' {
  export default class Websock {
    attach(channel: object): void;
    on(event: 'message', handler: () => void): void;
  }
}
