/** A long list, of which only what can be seen is drawn. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { useLive, useNow } from '../context';
import { graceLeftMs, type Laid, seen, type Session, type State } from '../sessions';
import { length, near } from '../words/time';

/** As in the style sheet, in pixels. */
const ROW = 40;

const STATES: Readonly<Record<State, readonly [string, string, string]>> = {
  connected: ['good', '●', 'Connected'],
  unresponsive: ['amber', '⚠', 'Unresponsive'],
  in_grace: ['quiet', '◔', 'In grace'],
};

const OVER = ['quiet', '–', 'Ended'] as const;

interface Props {
  readonly laid: Laid;
  /** Told when somebody has the hand on the list, and when not any more. */
  readonly hold: (isHeld: boolean) => void;
  /** When they were told, by the wall clock. */
  readonly toldAt: number;
  readonly selected: ReadonlySet<string>;
  /** `null`: this token may only look. */
  readonly toggle: ((one: Session) => void) | null;
  readonly end: ((one: Session) => void) | null;
}

export function Rows({ laid: { sessions, ended }, hold, toldAt, selected, toggle, end }: Props) {
  const { zone } = useLive();
  const now = useNow();
  const place = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const look = (): void => {
    const element = place.current;
    if (element) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  useEffect(look, [sessions.length]);
  useEffect(() => () => hold(false), []);
  const { first, end: last } = seen(view.top, view.height, ROW, sessions.length);
  return (
    <div
      class="rows"
      ref={place}
      onScroll={look}
      onPointerEnter={() => hold(true)}
      onPointerLeave={(event) => hold(event.currentTarget.matches(':focus-within'))}
      onFocusIn={() => hold(true)}
      onFocusOut={(event) => hold(event.currentTarget.contains(event.relatedTarget as Node | null) || event.currentTarget.matches(':hover'))}
      tabIndex={0}
      role="group"
      aria-label="List of sessions"
    >
      <table aria-rowcount={sessions.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            {toggle ? <th scope="col" class="slim"><span class="unseen">Selected</span></th> : null}
            <th scope="col">Session</th>
            <th scope="col" class="broad">State</th>
            <th scope="col" title="Rounded down to five minutes">Since</th>
            <th scope="col" class="number">Age</th>
            <th scope="col">On call</th>
            <th scope="col" class="number">Resumes</th>
            {end ? <th scope="col" class="slim"><span class="unseen">End</span></th> : null}
          </tr>
        </thead>
        <tbody>
          {first > 0 ? <tr class="space" aria-hidden="true"><td style={{ height: `${first * ROW}px` }} /></tr> : null}
          {sessions.slice(first, last).map((one, offset) => {
            const isOver = ended.has(one.id);
            const [tone, icon, word] = isOver ? OVER : STATES[one.state];
            return (
              <tr key={one.id} aria-rowindex={first + offset + 2} class={isOver ? 'over' : selected.has(one.id) ? 'selected' : ''}>
                {toggle ? <td><input disabled={isOver} type="checkbox" aria-label={`Select ${one.shortId}`} checked={selected.has(one.id)} onChange={() => toggle(one)} /></td> : null}
                <td><code>{one.shortId}</code></td>
                <td class={tone}>{icon} {word}{isOver ? '' : graceWords(graceLeftMs(one, toldAt, now))}</td>
                <td>{near(one.since, now, zone)}</td>
                <td class="number">{one.ageS === 0 ? '< 5 min' : length(one.ageS * 1000)}</td>
                <td>{one.onCall ? '☎ on call' : '–'}</td>
                <td class="number">{one.resumes}</td>
                {end ? <td>{isOver ? null : <button aria-label={`End ${one.shortId}`} onClick={() => end(one)}>End…</button>}</td> : null}
              </tr>
            );
          })}
          {last < sessions.length ? <tr class="space" aria-hidden="true"><td style={{ height: `${(sessions.length - last) * ROW}px` }} /></tr> : null}
        </tbody>
      </table>
    </div>
  );
}

const graceWords = (left: number | null): string => (left === null ? '' : left === 0 ? ', ends now' : `, ${length(left)} left`);
