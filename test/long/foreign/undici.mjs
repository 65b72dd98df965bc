const { SIZE, URL: url, END } = process.env;
const data = Uint8Array.from({ length: Number(SIZE) }, (_, i) => i % 251);
let got = Buffer.alloc(0);
const ws = new WebSocket(url, ['binary']);
ws.binaryType = 'arraybuffer';
ws.onopen = () => ws.send(data);
ws.onmessage = (event) => {
  got = Buffer.concat([got, Buffer.from(event.data)]);
  if (got.length < data.length) return;
  if (END === 'remote') ws.send(new TextEncoder().encode('bye'));
  else ws.close(1000);
};
ws.onclose = ({ code }) => console.log(ws.protocol, got.equals(data), code);
