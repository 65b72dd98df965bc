'use client';
// On the server it is imported, made and rendered; only in the browser does it connect.
import { useEffect, useState } from 'react';
import { Websock } from 'websock-client';
import { connect } from '../../telnet.js';

export function Banner() {
  const [text, setText] = useState(() => new Websock().readyState);
  useEffect(() => {
    connect(`ws://${location.host}/`, (more) => setText((before) => before + more));
  }, []);
  return <pre>{text}</pre>;
}
