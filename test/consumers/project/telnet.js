// A telnet session in an application's module, for every consumer that uses `import`.
import { Websock } from 'websock-client';
import { Telnet } from 'websock-client/telnet';

/** Connects, answers the server, and shows what it says. */
export function connect(url, show, options) {
  const sock = new Websock(options);
  const telnet = new Telnet({
    send: (bytes) => sock.send(bytes),
    data: (bytes) => show(new TextDecoder().decode(bytes)),
  });
  sock.on('message', () => telnet.receive(sock.rQshiftBytes(sock.rQlen())));
  sock.open(url, 'binary');
}
