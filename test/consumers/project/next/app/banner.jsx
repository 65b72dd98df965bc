'use client';
// The server imports, creates and renders it; only the browser connects.
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
