/** A WebSocket that resumes a session, before it has named the session. */
import { NOT_FOUND, VIOLATION } from './end.js';
import type { FlowInput, FlowLink } from './link.js';
import { isResume, parseMessage, type ResumeMessage } from './message.js';

/** A session that may be resumed: a `FlowServer`, or an object that makes further checks before it asks one. */
export interface Resumable {
  /** @returns the receiver of the WebSocket's events, or the close code of a refused resume */
  resume(message: ResumeMessage, link: FlowLink): FlowInput | number;
}

/**
 * Receives a `resume` on a WebSocket that has opened with `v1.resume.flow.websock`, and hands the WebSocket to the session
 * that it names. A refused resume closes its own WebSocket and affects nothing else. The caller must close a WebSocket on which
 * nothing arrives for 10 s.
 * @param find returns the session of that name; undefined closes the WebSocket with 4404
 */
export function receiveResume(
  link: FlowLink,
  find: (session: string) => Resumable | undefined,
): FlowInput {
  let input: FlowInput | undefined;
  let isOver = false;
  const refuse = (code: number): void => {
    isOver = true;
    link.close(code, '');
  };
  return {
    opened() {},
    message(data) {
      if (input || isOver) return input?.message(data);
      const message = typeof data === 'string' ? parseMessage(data) : null;
      if (!message || !isResume(message)) return refuse(VIOLATION);
      const answer = find(message.resume)?.resume(message, link) ?? NOT_FOUND;
      if (typeof answer === 'number') return refuse(answer);
      input = answer;
      return undefined;
    },
    drained: () => input?.drained(),
    closed(code) {
      isOver = true;
      input?.closed(code);
    },
  };
}
