/** Options of the command line: files served on the port. */
import type { OptionGroup } from '../option.js';

export const FILES: OptionGroup = {
  name: 'files',
  title: 'Files',
  options: [
    {
      name: 'web',
      value: 'DIR',
      help: 'serve the files in DIR on the same port',
      sets: 'bridge.web',
    },
    {
      name: 'web-auth',
      help: 'require the same authentication for files as for WebSockets',
      sets: 'bridge.webAuth',
    },
    {
      name: 'allow-frame',
      value: 'ORIGIN',
      help: 'let pages from this origin show the files in a frame, such as https://app.example (repeatable); otherwise only pages from the same origin may',
      sets: 'bridge.allowFrames',
      repeatable: true,
    },
    {
      name: 'file-only',
      help: 'accepted for compatibility with websockify; directories are never listed',
    },
  ],
};
