// A page without modules: it has only the global.
const sock = new Websock();
sock.on('message', () => {
  while (sock.rQlen() > 0) {
    if (sock.rQpeek8() === 0xff) {
      sock.rQskipBytes(3);
      sock.send(Uint8Array.of(0xff, 0xfc, 0x1f));
    } else {
      document.body.append(sock.rQshiftStr(sock.rQlen()));
    }
  }
});
sock.open(`ws://${location.host}/`, 'binary');
