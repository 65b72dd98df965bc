import { describe, expect, it } from 'vitest';
import {
  DO,
  DONT,
  OptionNegotiator,
  WILL,
  WONT,
  type OptionState,
  type TelnetSide,
} from '../../../src/telnet/index.js';

const OPTION = 1;
const NAMES = new Map([
  [WILL, 'WILL'],
  [WONT, 'WONT'],
  [DO, 'DO'],
  [DONT, 'DONT'],
]);

type Input = 'yes' | 'no' | 'enable' | 'disable';

/** One side of one option, with the commands it sent and the changes it reported. */
function negotiator(side: TelnetSide, accept: boolean) {
  const sent: string[] = [];
  const changes: boolean[] = [];
  const options = new OptionNegotiator({
    accepts: () => accept,
    send: (verb, option) => sent.push(`${NAMES.get(verb)} ${option}`),
    change: (_, __, enabled) => changes.push(enabled),
  });
  const [yes, no] = side === 'local' ? [DO, DONT] : [WILL, WONT];
  const feed = (input: Input) => {
    if (input === 'yes') options.receive(yes, OPTION);
    else if (input === 'no') options.receive(no, OPTION);
    else options[input](side, OPTION);
  };
  return { options, sent, changes, feed };
}

/** The inputs that lead from NO to each state. */
const WAYS: Record<OptionState, Input[]> = {
  NO: [],
  YES: ['enable', 'yes'],
  WANTNO: ['enable', 'yes', 'disable'],
  'WANTNO OPPOSITE': ['enable', 'yes', 'disable', 'enable'],
  WANTYES: ['enable'],
  'WANTYES OPPOSITE': ['enable', 'disable'],
};

/** RFC 1143, section 7: state, input, next state, and the answer sent, if any. */
const ROWS: [OptionState, Input, OptionState, ('yes' | 'no')?][] = [
  ['NO', 'yes', 'YES', 'yes'],
  ['YES', 'yes', 'YES'],
  ['WANTNO', 'yes', 'NO'],
  ['WANTNO OPPOSITE', 'yes', 'YES'],
  ['WANTYES', 'yes', 'YES'],
  ['WANTYES OPPOSITE', 'yes', 'WANTNO', 'no'],

  ['NO', 'no', 'NO'],
  ['YES', 'no', 'NO', 'no'],
  ['WANTNO', 'no', 'NO'],
  ['WANTNO OPPOSITE', 'no', 'WANTYES', 'yes'],
  ['WANTYES', 'no', 'NO'],
  ['WANTYES OPPOSITE', 'no', 'NO'],

  ['NO', 'enable', 'WANTYES', 'yes'],
  ['YES', 'enable', 'YES'],
  ['WANTNO', 'enable', 'WANTNO OPPOSITE'],
  ['WANTNO OPPOSITE', 'enable', 'WANTNO OPPOSITE'],
  ['WANTYES', 'enable', 'WANTYES'],
  ['WANTYES OPPOSITE', 'enable', 'WANTYES'],

  ['NO', 'disable', 'NO'],
  ['YES', 'disable', 'WANTNO', 'no'],
  ['WANTNO', 'disable', 'WANTNO'],
  ['WANTNO OPPOSITE', 'disable', 'WANTNO'],
  ['WANTYES', 'disable', 'WANTYES OPPOSITE'],
  ['WANTYES OPPOSITE', 'disable', 'WANTYES OPPOSITE'],
];

describe.each(['local', 'remote'] as const)('%s', (side) => {
  const answers =
    side === 'local' ? { yes: 'WILL 1', no: 'WONT 1' } : { yes: 'DO 1', no: 'DONT 1' };

  it.each(ROWS)('%s, %s: %s', (state, input, next, answer) => {
    const { options, sent, feed } = negotiator(side, true);
    WAYS[state].forEach(feed);
    expect(options.state(side, OPTION)).toBe(state);
    sent.length = 0;
    feed(input);
    expect(options.state(side, OPTION)).toBe(next);
    expect(sent).toEqual(answer ? [answers[answer]] : []);
  });

  it('refuses what the policy does not accept, each time, and reports no change', () => {
    const { options, sent, changes, feed } = negotiator(side, false);
    feed('yes');
    feed('yes');
    feed('no');
    expect(options.state(side, OPTION)).toBe('NO');
    expect(sent).toEqual([answers.no, answers.no]);
    expect(changes).toEqual([]);
  });

  it('asks the policy only when the peer begins', () => {
    const { options, feed } = negotiator(side, false);
    feed('enable');
    feed('yes');
    expect(options.enabled(side, OPTION)).toBe(true);
  });

  it('reports each change once', () => {
    const { changes, feed } = negotiator(side, true);
    (['yes', 'yes', 'no', 'no', 'enable', 'yes', 'disable', 'no'] as const).forEach(feed);
    expect(changes).toEqual([true, false, true, false]);
  });

  it('leaves the other side and other options alone', () => {
    const { options, feed } = negotiator(side, true);
    feed('yes');
    expect(options.state(side === 'local' ? 'remote' : 'local', OPTION)).toBe('NO');
    expect(options.state(side, OPTION + 1)).toBe('NO');
  });
});

it('disabling takes effect at once at this end, and on acknowledgment at the peer', () => {
  const local = negotiator('local', true);
  const remote = negotiator('remote', true);
  for (const { feed } of [local, remote]) {
    feed('yes');
    feed('disable');
  }
  expect(local.options.enabled('local', OPTION)).toBe(false);
  expect(remote.options.enabled('remote', OPTION)).toBe(true);
  remote.feed('no');
  expect(remote.options.enabled('remote', OPTION)).toBe(false);
});
