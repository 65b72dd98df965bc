// A telnet session in a Deno program.
import { Websock } from 'npm:websock-client';
import { Telnet } from 'npm:websock-client/telnet';

const sock = new Websock();
const telnet = new Telnet({
  send: (bytes) => void sock.send(bytes),
  data: (bytes) => console.log(new TextDecoder().decode(bytes)),
});
sock.on('message', () => telnet.receive(sock.rQshiftBytes(sock.rQlen())));
sock.open(Deno.args[0].replace('http', 'ws'), 'binary');
