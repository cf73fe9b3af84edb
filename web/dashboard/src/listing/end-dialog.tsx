/** Before sessions are ended: when, and what it does to the agents and what it does not. */

import { useState } from 'preact/hooks';
import { type Answer, nothing } from '../api';
import { path, useDesk } from '../context';
import { Problem, useAct } from '../parts/act';
import { Dialog } from '../parts/dialog';
import { body, type Ending, type Filter, minAgeS, type Mode, type Session, TOLD } from '../sessions';
import { several } from '../words/numbers';

export type Meant =
  | { readonly kind: 'some'; readonly sessions: readonly Session[] }
  | { readonly kind: 'filter'; readonly filter: Filter; readonly count: number };

interface Props {
  readonly meant: Meant;
  readonly close: () => void;
  /** With what was done, in words. */
  readonly done: (said: string) => void;
}

const MODES: readonly (readonly [Mode, string])[] = [
  ['now', 'Now'],
  ['after_call', 'After the call'],
  ['notice', 'With notice'],
];

/** Endings on their way at once. */
const AT_ONCE = 8;

export function EndDialog({ meant, close, done }: Props) {
  const { api, id } = useDesk();
  const act = useAct();
  const [ending, setEnding] = useState<Ending>({ mode: 'now', noticeS: 120 });
  const [typed, setTyped] = useState('');
  const count = meant.kind === 'some' ? meant.sessions.length : meant.count;
  const isSure = count === 1 || typed.trim() === String(count);
  const submit = (): void => {
    const ended = (): void => done(ending.mode === 'now' ? `${several(count, 'session')} ended.` : `${several(count, 'session')} will end.`);
    if (meant.kind === 'filter') {
      const { state } = meant.filter;
      const asked = { ...body(ending), ...(state === null ? {} : { state }), min_age_s: minAgeS(meant.filter), expect: count };
      act.run(() => api.ask('POST', path(id, '/sessions/end'), nothing, asked).then(counted), ended);
    } else act.run(() => each(meant.sessions, (one) => api.ask('POST', path(id, `/sessions/${one.id}/end`), nothing, body(ending))), ended);
  };
  return (
    <Dialog title={count === 1 ? `End ${meant.kind === 'some' ? `the session ${meant.sessions[0]?.shortId}` : 'this session'}?` : `End ${several(count, 'session')}?`} close={close}>
      <form onSubmit={(event) => (event.preventDefault(), isSure && submit())}>
        <fieldset>
          <legend>When</legend>
          {MODES.map(([mode, word]) => (
            <label key={mode} class="choice">
              <input type="radio" name="mode" checked={ending.mode === mode} onChange={() => setEnding({ ...ending, mode })} /> {word}
            </label>
          ))}
          {ending.mode === 'notice' ? (
            <label class="choice">
              of{' '}
              <input type="number" min="1" max="86400" required value={String(ending.noticeS)} onInput={(event) => setEnding({ ...ending, noticeS: Number(event.currentTarget.value) })} />{' '}
              seconds
            </label>
          ) : null}
        </fieldset>
        <p><strong>For the agent{count === 1 ? '' : 's'}:</strong> {TOLD[ending.mode]} The agent can log in again after a short while, if a seat is free.</p>
        <p><strong>What it does not do:</strong> it cuts no call and closes no other program. Only the widget’s seat ends. A session in grace ends at once in any case.</p>
        {count > 1 ? (
          <label>
            Type <strong>{count}</strong> to confirm{' '}
            <input value={typed} inputMode="numeric" autocomplete="off" onInput={(event) => setTyped(event.currentTarget.value)} />
          </label>
        ) : null}
        <Problem of={act} />
        <div class="actions">
          <button type="button" onClick={close}>Cancel</button>
          <button class="danger" disabled={!isSure || act.isBusy}>{act.isBusy ? 'Ending…' : count === 1 ? 'End the session' : `End ${count} sessions`}</button>
        </div>
      </form>
    </Dialog>
  );
}

/** A number that differs is told with what to do. */
function counted(answer: Answer<null>): Answer<null> {
  if (answer.kind !== 'refused' || answer.count === null) return answer;
  return { ...answer, why: `Meanwhile ${several(answer.count, 'session')} match${answer.count === 1 ? 'es' : ''}. Nothing was done. Cancel, refresh the list and look again.` };
}

/** All of them, some at once; the first that went wrong. One that has ended by itself is as wanted. */
async function each(sessions: readonly Session[], end: (one: Session) => Promise<Answer<null>>): Promise<Answer<null>> {
  let wrong: Answer<null> | null = null;
  const rest = [...sessions];
  const work = async (): Promise<void> => {
    for (let one = rest.pop(); one !== undefined && wrong === null; one = rest.pop()) {
      const answer = await end(one);
      if (answer.kind !== 'ok' && answer.kind !== 'missing') wrong = answer;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return wrong ?? { kind: 'ok', value: null, version: null };
}
