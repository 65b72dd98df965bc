/** The first bytes of a PROXY header of version 2 (HAProxy's proxy-protocol.txt, section 2.2). */
export const PROXY_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
