// The same session, for every consumer that uses `require`.
const { Websock } = require('websock-client');
const { Telnet } = require('websock-client/telnet');

exports.connect = (url, show, options) => {
  const sock = new Websock(options);
  const telnet = new Telnet({
    send: (bytes) => sock.send(bytes),
    data: (bytes) => show(new TextDecoder().decode(bytes)),
  });
  sock.on('message', () => telnet.receive(sock.rQshiftBytes(sock.rQlen())));
  sock.open(url, 'binary');
};
